"""A pool of worker processes. One thread owns one process, so a dead one is replaced by its owner."""

from __future__ import annotations

import json
import logging
import queue
import threading
import uuid
from concurrent.futures import Future
from dataclasses import dataclass, field

from infra.local.functions import Function
from infra.local.processes import Child, Plan

log = logging.getLogger(__name__)

IDLE_CHECK_SECONDS = 0.1


@dataclass(frozen=True)
class Answer:
    """JSON, either what the function gave or, when `error`, how it failed."""

    payload: bytes
    error: bool


@dataclass(frozen=True)
class Invocation:
    function: Function
    payload: bytes
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    answer: Future[Answer] = field(default_factory=Future)


def _failure(kind: str, message: str) -> Answer:
    return Answer(json.dumps({"errorType": kind, "errorMessage": message}).encode(), error=True)


STOPPED = _failure("Runtime.ExitError", "The stack has stopped")


class Pool:
    def __init__(self, plan: Plan, size: int) -> None:
        self._closed = False
        self.slots = threading.Semaphore(size)
        """Taken by pollers, so that no message is received that no worker is free for."""
        self._waiting: queue.SimpleQueue[Invocation] = queue.SimpleQueue()
        self._owners = [_Owner(plan, self._waiting, number) for number in range(size)]

    def wait_ready(self) -> None:
        """Raises StartError when a worker could not import the app."""
        for owner in self._owners:
            owner.ready.result()

    def invoke(self, function: Function, payload: bytes) -> Answer:
        """Waits for a free worker, then for the function; its time starts when the worker does."""
        if self._closed:
            return STOPPED
        invocation = Invocation(function, payload)
        self._waiting.put(invocation)
        return invocation.answer.result()

    def pids(self) -> list[int]:
        return [owner.child.pid for owner in self._owners if owner.child and owner.child.alive]

    def close(self) -> None:
        self._closed = True
        for owner in self._owners:
            owner.stop()
        for owner in self._owners:
            owner.join()
        while not self._waiting.empty():
            self._waiting.get().answer.set_result(STOPPED)


class _Owner:
    def __init__(self, plan: Plan, waiting: queue.SimpleQueue[Invocation], number: int) -> None:
        self.ready: Future[None] = Future()
        self.child: Child | None = None
        self._plan, self._waiting = plan, waiting
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"worker-{number}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._live()
            except Exception as error:
                self._settle(error)
                self._stopping.wait(1)

    def stop(self) -> None:
        self._stopping.set()
        if self.child:
            self.child.interrupt()

    def join(self) -> None:
        self._thread.join()

    def _settle(self, error: Exception | None = None) -> None:
        if not self.ready.done():
            self.ready.set_exception(error) if error else self.ready.set_result(None)
        elif error and not self._stopping.is_set():
            log.error("a worker could not be replaced: %s", error)

    def _live(self) -> None:
        """One process's life, from its start to its death or the stack's end."""
        self.child = child = Child(self._plan, "infra.local.worker")
        try:
            child.wait_ready()
            self._settle()
            while child.alive and not self._stopping.is_set():
                self._serve(child)
        finally:
            child.close()

    def _serve(self, child: Child) -> None:
        try:
            invocation = self._waiting.get(timeout=IDLE_CHECK_SECONDS)
        except queue.Empty:
            return
        if not child.alive:  # it died idle: the next process takes this one, as Lambda would
            self._waiting.put(invocation)
            return
        answer, reusable = _run(child, invocation)
        if not reusable:
            child.close()
        invocation.answer.set_result(answer)


def _run(child: Child, invocation: Invocation) -> tuple[Answer, bool]:
    """The answer, and whether the process can go on."""
    function, request_id = invocation.function, invocation.request_id
    call = (function.name, function.logical_id, function.timeout, request_id, invocation.payload)
    try:
        child.connection.send(call)
        if not child.connection.poll(function.timeout):
            message = f"RequestId: {request_id} Error: Task timed out after {function.timeout:.2f} seconds"
            log.warning("%s: %s", function.name, message)
            return _failure("Sandbox.Timedout", message), False
        payload, error = child.connection.recv()
    except (EOFError, OSError):
        message = f"RequestId: {request_id} Error: Runtime exited with error: {child.exit_code}"
        log.warning("%s: %s", function.name, message)
        return _failure("Runtime.ExitError", message), False
    return Answer(payload, error), True
