"""The process in which Lambda functions run: `python -m infra.local.worker <fd> <app module>`."""

from __future__ import annotations

import importlib
import json
import logging
import os
import queue
import signal
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from infra.local import identity, sessions
from infra.local.account import quiet_libraries
from infra.local.functions import API

log = logging.getLogger(__name__)


class LambdaContext:
    """What Lambda gives a handler beside its event."""

    def __init__(self, function: str, timeout: float) -> None:
        """`timeout` in seconds from now."""
        self.function_name = function
        self.aws_request_id = str(uuid.uuid4())
        self._deadline = time.monotonic() + timeout

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def run(handler: Callable[[Any, Any], Any], payload: bytes, context: LambdaContext) -> tuple[bytes, bool]:
    """The handler's answer as JSON, or its error as Lambda words it, and whether it is an error."""
    try:
        answer = handler(json.loads(payload), context)
    except Exception as error:
        log.exception("%s failed", context.function_name)
        return _described(error, type(error).__name__, context), True
    try:
        return json.dumps(answer).encode(), False
    except (TypeError, ValueError) as error:
        return _described(error, "Runtime.MarshalError", context), True


def _described(error: Exception, kind: str, context: LambdaContext) -> bytes:
    described = {
        "errorMessage": str(error),
        "errorType": kind,
        "requestId": context.aws_request_id,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }
    return json.dumps(described).encode()


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace("\n", " | ")


def _configure_logging() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"))
    logging.basicConfig(level=os.environ.get("BATCHREEL_LOG_LEVEL") or "WARNING", handlers=[handler])
    quiet_libraries()


def _receive(connection: Connection[Any, Any], inbox: queue.SimpleQueue[Any]) -> None:
    """When the stack is gone, however it went, this whole session goes too: ffmpeg is in it."""
    try:
        while True:
            inbox.put(connection.recv())
    except (EOFError, OSError):
        sessions.kill(os.getsid(0), but=os.getpid())
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    _configure_logging()
    identity.install()
    connection: Connection[Any, Any] = Connection(int(sys.argv[1]))
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(connection, inbox), daemon=True).start()
    app = importlib.import_module(sys.argv[2]).app
    handlers = {**app.handler_map, API: app}
    connection.send(None)  # ready
    while True:
        name, function, timeout, payload = inbox.get()
        identity.become(function)
        connection.send(run(handlers[name], payload, LambdaContext(function, timeout)))


if __name__ == "__main__":
    main()
