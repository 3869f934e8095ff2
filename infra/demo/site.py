"""The outside world of the demo, on loopback: a web server with the videos, and a webhook receiver."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MEDIA = Path(__file__).parent / "media"


@dataclass(frozen=True)
class Webhook:
    headers: dict[str, str]
    body: bytes


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


class _Receiver(BaseHTTPRequestHandler):
    received: queue.Queue[Webhook]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.put(Webhook(dict(self.headers.items()), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


class Site:
    """`video(name)` is a URL the service can fetch, `hook` one it can call."""

    def __init__(self, files: ThreadingHTTPServer, receiver: ThreadingHTTPServer) -> None:
        self._files = files
        self._receiver = receiver
        self.webhooks: queue.Queue[Webhook] = queue.Queue()

    def video(self, name: str) -> str:
        return f"http://127.0.0.1:{self._files.server_port}/{name}"

    @property
    def hook(self) -> str:
        return f"http://127.0.0.1:{self._receiver.server_port}/hook"


@contextmanager
def site() -> Iterator[Site]:
    handler = type("Receiver", (_Receiver,), {})
    files = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(MEDIA)))
    receiver = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    made = Site(files, receiver)
    handler.received = made.webhooks  # type: ignore[attr-defined]
    servers = (files, receiver)
    threads = [threading.Thread(target=server.serve_forever, args=(0.1,)) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()
