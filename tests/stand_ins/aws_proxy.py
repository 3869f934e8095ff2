"""Stands between the service and its cloud, and lets chosen calls fail or their caller die.

What it breaks is the transport: nothing of the service is replaced.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import urllib3

from tests.stand_ins.loopback import Handler, Loopback

UPSTREAM_SECONDS = 30.0
_DROPPED = frozenset({"host", "connection", "transfer-encoding", "content-length", "date", "server"})


@dataclass
class Fault:
    """Applies to calls of `operation` (the last part of X-Amz-Target) whose body contains `text`."""

    operation: str
    text: str = ""
    status: int | None = None
    """Answer this instead of forwarding."""
    before: Callable[[], None] | None = None
    after: Callable[[], None] | None = None
    times: int = 1
    hits: int = 0


class AwsProxy(Loopback):
    def __init__(self, upstream: Callable[[], str]) -> None:
        super().__init__(_ProxyHandler)
        self.upstream = upstream
        self.pool = urllib3.PoolManager(maxsize=32, retries=False)
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def stop(self) -> None:
        super().stop()
        self.pool.clear()

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            self._faults = [fault]
        return fault

    def fault_for(self, operation: str, body: bytes) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.operation == operation and fault.text.encode() in body and fault.hits < fault.times:
                    fault.hits += 1
                    return fault
        return None


class _ProxyHandler(Handler):
    owner: AwsProxy

    def do_POST(self) -> None:
        body = self.read_body()
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        fault = self.owner.fault_for(operation, body)
        if fault and fault.before:
            fault.before()
        if fault and fault.status:
            self.answer(fault.status, b"{}", {"Content-Type": "application/x-amz-json-1.0"})
            return
        self._forward(body, fault)

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST  # noqa: N815 http.server's names

    def _forward(self, body: bytes, fault: Fault | None) -> None:
        headers = {k: v for k, v in self.headers.items() if k.lower() not in _DROPPED}
        try:
            answer = self.owner.pool.request(
                self.command,
                self.owner.upstream() + self.path,
                body=body,
                headers=headers,
                decode_content=False,
                timeout=UPSTREAM_SECONDS,  # a stack that is going down may never answer
            )
        except urllib3.exceptions.HTTPError:
            self.close_connection = True
            return
        if fault and fault.after:
            fault.after()
        kept = {k: v for k, v in answer.headers.items() if k.lower() not in _DROPPED}
        self.answer(answer.status, answer.data, kept)
