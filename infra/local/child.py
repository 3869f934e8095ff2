"""What the stack's child processes have in common: a pipe to the stack, its log, and dying with it."""

from __future__ import annotations

import importlib
import logging
import os
import queue
import signal
import sys
import threading
from multiprocessing.connection import Connection
from typing import Any


def connect() -> tuple[Connection[Any, Any], queue.SimpleQueue[Any]]:
    """The pipe named by the first argument, and what arrives on it.

    When the stack is gone, however it went, this whole process group goes too: ffmpeg is in it."""
    connection: Connection[Any, Any] = Connection(int(sys.argv[1]))
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(connection, inbox), daemon=True).start()
    return connection, inbox


def _receive(connection: Connection[Any, Any], inbox: queue.SimpleQueue[Any]) -> None:
    try:
        while True:
            inbox.put(connection.recv())
    except (EOFError, OSError):
        os.killpg(os.getpgrp(), signal.SIGKILL)


def application() -> Any:
    """The Chalice app of the module named by the second argument."""
    return importlib.import_module(sys.argv[2]).app


class OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace("\n", " | ")


def configure_logging() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"))
    logging.basicConfig(level=os.environ.get("BATCHREEL_LOG_LEVEL") or "WARNING", handlers=[handler])
