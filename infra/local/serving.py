"""A threaded HTTP server on this machine, as the gateway and the front need one."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from infra.local.account import HOST


class _Handler(MotoRequestHandler):
    disable_nagle_algorithm = True  # else every answer on a kept connection waits 40 ms

    def log_request(self, *args: Any) -> None:
        """Nobody wants a line for each call."""


def listen(port: int) -> socket.socket:
    """Raises OSError with the address in its message when the port is taken."""
    try:
        return socket.create_server((HOST, port), backlog=128)
    except OSError as error:
        raise OSError(
            error.errno, f"cannot listen on {HOST}:{port}: {os.strerror(error.errno or 0)}"
        ) from error


class Server:
    """Serves a WSGI application in threads until it is closed."""

    def __init__(self, application: Callable[..., Any], listener: socket.socket) -> None:
        port = listener.getsockname()[1]
        self.url = f"http://{HOST}:{port}"
        self._server = make_server(
            HOST, port, application, threaded=True, request_handler=_Handler, fd=listener.fileno()
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
