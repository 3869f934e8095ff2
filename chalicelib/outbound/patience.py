"""Waiting for a peer, with limits that the peer cannot stretch."""

from __future__ import annotations

import io
import select
import socket
import ssl
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from chalicelib.errors import OutboundError

TICK_SECONDS = 1.0

T = TypeVar("T")


class Patience:
    """How long to wait for a peer: until `deadline` (time.monotonic()) in all, `stall` seconds at a time.
    `tick` is called about once a second (`every` so many), idle or busy; what it raises comes out of the
    operation."""

    def __init__(
        self,
        deadline: float,
        stall: float,
        tick: Callable[[], None] = lambda: None,
        every: float = TICK_SECONDS,
    ) -> None:
        self.deadline = deadline
        self.stall = stall
        self.every = every
        self.waited = 0.0
        """Seconds spent waiting so far."""
        self._tick = tick
        self._ticked = time.monotonic()

    def tick(self) -> None:
        self._ticked = time.monotonic()
        self._tick()

    def until(self, ready: Callable[[float], bool], limit: float, doing: str) -> None:
        """Call `ready(seconds)` until it says yes. Raises OutboundError (retryable, timed out)."""
        start = time.monotonic()
        end = min(self.deadline, start + limit)
        try:
            while not ready(max(0.0, min(self.every, end - time.monotonic()))):
                self.tick()
                if time.monotonic() >= end:
                    raise OutboundError(f"The host took too long {doing}.", retryable=True, timed_out=True)
        finally:
            self.waited += time.monotonic() - start

    def pause(self, seconds: float) -> None:
        """Do nothing for so long. Raises OutboundError (retryable, timed out) if the deadline comes first."""
        end = time.monotonic() + seconds
        self.check()
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, self.every))
            self.check()

    def retry(self, operation: Callable[[], T], sock: socket.socket, *, writing: bool = False) -> T:
        """Run an operation of a non-blocking socket until it is through."""
        while True:
            self.check()  # a peer that never stops sending never makes us wait
            try:
                return operation()
            except ssl.SSLWantReadError:
                events = select.POLLIN
            except ssl.SSLWantWriteError:
                events = select.POLLOUT
            except BlockingIOError:
                events = select.POLLOUT if writing else select.POLLIN
            self.until(polling(sock, events), self.stall, "to answer")

    def check(self) -> None:
        """Tick if it is time to. Raises OutboundError (retryable, timed out) from the deadline on."""
        now = time.monotonic()
        if now - self._ticked >= self.every:
            self.tick()
        if now >= self.deadline:
            raise OutboundError("The host took too long to answer.", retryable=True, timed_out=True)


class PatientSocket(io.RawIOBase):
    """As much of a socket as http.client uses, every operation bounded by a Patience."""

    def __init__(self, sock: socket.socket, patience: Patience) -> None:
        self._sock = sock
        self._patience = patience
        self._allowed = 0

    def allow(self, size: int) -> None:
        """How much may arrive from now on; more is a breach of HTTP: endless headers, endless trailers."""
        self._allowed = size

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self, 65536)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        got = self._patience.retry(partial(self._sock.recv_into, buffer), self._sock)
        self._allowed -= got
        if self._allowed < 0:
            raise OutboundError("The host sent too much beside its content.", retryable=True)
        return got

    def sendall(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            send = partial(self._sock.send, left)
            left = left[self._patience.retry(send, self._sock, writing=True) :]

    def close(self) -> None:
        # http.client closes its socket as soon as the answer's head is read; the owner closes this one
        pass


def polling(sock: socket.socket, events: int) -> Callable[[float], bool]:
    """For `until`: whether the socket is ready within so many seconds."""
    poller = select.poll()
    poller.register(sock, events)
    return lambda seconds: bool(poller.poll(seconds * 1000))
