"""Pools of worker processes. One thread owns one process, so a dead one is replaced by its owner."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from infra.local.account import ROOT
from infra.local.functions import Function

log = logging.getLogger(__name__)

START_SECONDS = 60
IDLE_CHECK_SECONDS = 0.1


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


@dataclass(frozen=True)
class _Invocation:
    function: Function
    payload: bytes
    answer: Future[Answer] = field(default_factory=Future)


class Pool:
    def __init__(self, plan: Plan, size: int) -> None:
        self.size = size
        self.slots = threading.Semaphore(size)
        """Taken by pollers, so that no message is received that no worker is free for."""
        self._closed = threading.Event()
        self._waiting: queue.SimpleQueue[_Invocation] = queue.SimpleQueue()
        self._owners = [_Owner(plan, self._waiting, self._closed) for _ in range(size)]

    def wait_ready(self) -> None:
        """Raises EOFError when a worker ended before it was ready; its log says why."""
        for owner in self._owners:
            owner.ready.result()

    def invoke(self, function: Function, payload: bytes) -> Answer:
        """Waits for a free worker, then for the function; its time starts when the worker does."""
        invocation = _Invocation(function, payload)
        self._waiting.put(invocation)
        if self._closed.is_set():
            self._refuse()
        return invocation.answer.result()

    def pids(self) -> list[int]:
        return [o.process.pid for o in self._owners if o.process and o.process.exit_code is None]

    def close(self) -> None:
        self._closed.set()
        for owner in self._owners:
            owner.kill()
        for owner in self._owners:
            owner.join()
        self._refuse()

    def _refuse(self) -> None:
        with suppress(queue.Empty):
            while True:
                invocation = self._waiting.get_nowait()
                invocation.answer.set_result(_failure("Runtime.ExitError", "The stack has stopped"))


class _Owner:
    def __init__(self, plan: Plan, waiting: queue.SimpleQueue[_Invocation], closed: threading.Event) -> None:
        self.ready: Future[None] = Future()
        self.process: _Process | None = None
        self._plan, self._waiting, self._closed = plan, waiting, closed
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def kill(self) -> None:
        if self.process:
            self.process.kill()

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        while not self._closed.is_set():
            with closing(_Process(self._plan)) as self.process:
                try:
                    self.process.wait_ready()
                except (EOFError, OSError) as error:
                    self._settle(error)
                    self._closed.wait(1)
                    continue
                self._settle()
                while self.process.exit_code is None and not self._closed.is_set():
                    self._serve(self.process)

    def _settle(self, error: Exception | None = None) -> None:
        if not self.ready.done():
            self.ready.set_exception(error) if error else self.ready.set_result(None)

    def _serve(self, process: _Process) -> None:
        try:
            invocation = self._waiting.get(timeout=IDLE_CHECK_SECONDS)
        except queue.Empty:
            return
        if process.exit_code is None:
            invocation.answer.set_result(process.run(invocation.function, invocation.payload))
        else:  # it died idle: the next process takes this one, as Lambda would
            self._waiting.put(invocation)


class _Process:
    """A worker process in its own session, with its own temporary folder."""

    def __init__(self, plan: Plan) -> None:
        self._folder = tempfile.mkdtemp(prefix="worker-", dir=plan.folder)
        ours, theirs = multiprocessing.Pipe()
        self._connection: Connection[Any, Any] = ours
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "infra.local.worker", str(theirs.fileno()), plan.app],
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
            raise EOFError(f"a worker was not ready after {START_SECONDS} s")
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
        with suppress(ProcessLookupError):  # nobody of the group is left
            os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Ends the process and all it started, and removes its temporary folder."""
        self.kill()
        self._process.wait()
        self._connection.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _failure(kind: str, message: str) -> Answer:
    return Answer(json.dumps({"errorType": kind, "errorMessage": message}).encode(), error=True)
