"""Pools of worker processes. One thread owns one process, so a dead one is replaced by its owner."""

from __future__ import annotations

import json
import logging
import multiprocessing
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from infra.local import sessions
from infra.local.account import ROOT
from infra.local.functions import Function

log = logging.getLogger(__name__)

START_SECONDS = 60
IDLE_CHECK_SECONDS = 0.1
WORKER = (sys.executable, "-m", "infra.local.worker")


@dataclass(frozen=True)
class Answer:
    """JSON, either what the function gave or, when `error`, how it failed."""

    payload: bytes
    error: bool


@dataclass(frozen=True)
class Plan:
    """How processes are started."""

    app: str
    environment: Mapping[str, str]
    folder: Path
    """Where their temporary folders are made."""
    log: int
    """File descriptor that takes their standard output and error."""
    command: Sequence[str] = WORKER
    """Program that takes a file descriptor and the app's name."""


_Invocation = tuple[Function, bytes, Future[Answer]]


class Pool:
    def __init__(self, plan: Plan, size: int) -> None:
        self.size = size
        self.slots = threading.Semaphore(size)
        """Taken by pollers, so that no message is received that no worker is free for."""
        self._closed = threading.Event()
        # no SimpleQueue: its get() may outlast its time-out for ever when another thread takes the item first
        self._waiting: queue.Queue[_Invocation] = queue.Queue()
        self._owners = [_Owner(plan, self._waiting, self._closed) for _ in range(size)]

    def begin(self) -> None:
        """Raises EOFError when a process ended before it was ready; its log says why."""
        for owner in self._owners:
            owner.begin()

    def invoke(self, function: Function, payload: bytes) -> Answer:
        """Waits for a free worker, then for the function; its time starts when the worker does."""
        answer: Future[Answer] = Future()
        self._waiting.put((function, payload, answer))
        if self._closed.is_set():
            self._refuse()
        return answer.result()

    def pids(self) -> list[int]:
        return [owner.process.pid for owner in self._owners if owner.process.exit_code is None]

    def close(self) -> None:
        self._closed.set()
        for owner in self._owners:
            owner.process.kill()
        for owner in self._owners:
            owner.close()
        self._refuse()

    def _refuse(self) -> None:
        with suppress(queue.Empty):
            while True:
                _, _, answer = self._waiting.get_nowait()
                answer.set_result(_failure("Runtime.ExitError", "The stack has stopped"))


class _Owner:
    def __init__(self, plan: Plan, waiting: queue.Queue[_Invocation], closed: threading.Event) -> None:
        self._plan, self._waiting, self._closed = plan, waiting, closed
        self.process = _Process(plan)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def begin(self) -> None:
        self.process.wait_ready()
        self._thread.start()

    def close(self) -> None:
        if self._thread.is_alive():
            self._thread.join()
        self.process.close()

    def _run(self) -> None:
        while not self._closed.is_set():
            if self.process.exit_code is None:
                self._serve()
            else:
                self._replace()

    def _replace(self) -> None:
        self.process.close()
        self.process = _Process(self._plan)
        try:
            self.process.wait_ready()
        except (EOFError, OSError):
            self._closed.wait(1)  # its log says why; the next one may do better

    def _serve(self) -> None:
        try:
            function, payload, answer = self._waiting.get(timeout=IDLE_CHECK_SECONDS)
        except queue.Empty:
            return
        if self.process.exit_code is None:
            answer.set_result(self.process.run(function, payload))
        else:  # it died idle: the next process takes this one, as Lambda would
            self._waiting.put((function, payload, answer))


class _Process:
    """A worker process in its own session, with its own temporary folder."""

    def __init__(self, plan: Plan) -> None:
        self._folder = tempfile.mkdtemp(prefix="worker-", dir=plan.folder)
        ours, theirs = multiprocessing.Pipe()
        self._connection: Connection[Any, Any] = ours
        with theirs:
            self._process = subprocess.Popen(
                [*plan.command, str(theirs.fileno()), plan.app],
                cwd=ROOT,
                env={**plan.environment, "TMPDIR": self._folder},
                stdin=subprocess.DEVNULL,
                stdout=plan.log,
                stderr=plan.log,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # its children are killed with it
            )
        self.pid = self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def wait_ready(self) -> None:
        if not self._connection.poll(START_SECONDS):
            self.kill()
        self._connection.recv()

    def run(self, function: Function, payload: bytes) -> Answer:
        """The process is gone after a time-out."""
        try:
            self._connection.send((function.name, function.logical_id, function.timeout, payload))
            if self._connection.poll(function.timeout):
                return Answer(*self._connection.recv())
            self.kill()
            self._process.wait()
            failure = _failure("Sandbox.Timedout", f"Task timed out after {function.timeout:.2f} seconds")
        except (EOFError, OSError):
            failure = _failure("Runtime.ExitError", f"Runtime exited with error: {self._process.wait()}")
        log.warning("%s: %s", function.name, failure.payload.decode())
        return failure

    def kill(self) -> None:
        """Ends the process and all it started, without waiting."""
        sessions.kill(self.pid)

    def close(self) -> None:
        """Ends the process and all it started, and removes its temporary folder."""
        self.kill()
        self._process.wait()
        self._connection.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _failure(kind: str, message: str) -> Answer:
    return Answer(json.dumps({"errorType": kind, "errorMessage": message}).encode(), error=True)
