"""requests within limits that the other side cannot stretch, whatever carries it: TLS, a proxy, or neither.

Its own timeout is for one read of a socket: a head or a body that comes byte by byte never meets it.
"""

from __future__ import annotations

import http.client
import io
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

MAX_BYTES = 16 << 20
"""Of one answer, unpacked, where nothing else is said: pages, manifests and captions; never media."""
TICK_SECONDS = 1.0


@dataclass(frozen=True)
class Limits:
    deadline: float
    """time.monotonic(), for all that is asked in one session."""
    tick: Callable[[], None] = lambda: None
    """Called about once a second while waiting; what it raises ends the session."""
    max_bytes: int = MAX_BYTES
    """Of one answer, which is read whole."""

    @classmethod
    def within(
        cls, seconds: float, tick: Callable[[], None] = lambda: None, max_bytes: int = MAX_BYTES
    ) -> Limits:
        return cls(time.monotonic() + seconds, tick, max_bytes)

    def check(self) -> None:
        """Raises TimeoutError when the time is over."""
        self.tick()
        if time.monotonic() >= self.deadline:
            raise TimeoutError("no time is left")


class BoundedAdapter(HTTPAdapter):
    """Reads each answer whole, up to `limits.max_bytes`. Raises as requests and `limits.tick` do."""

    def __init__(self, limits: Limits, **options: Any) -> None:
        self._pools = _pools(limits)
        self._max_bytes = limits.max_bytes
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        response = super().send(request, *args, **options)
        body = bytearray()
        for piece in _pieces(response):
            body += piece
            if len(body) > self._max_bytes:
                response.close()
                raise requests.ConnectionError("the answer is too large", request=request)
        response._content = bytes(body)
        # for those who read from below requests, as yt-dlp does
        response.raw = urllib3.HTTPResponse(
            io.BytesIO(body), preload_content=False, original_response=response.raw._original_response
        )
        return response


def _pieces(response: requests.Response) -> Iterator[bytes]:
    """As they arrive: requests itself would wait until there are enough of them."""
    try:
        while piece := response.raw.read1(65536, decode_content=True):
            yield piece
    except urllib3.exceptions.TimeoutError as error:
        raise requests.ReadTimeout(error) from error
    except urllib3.exceptions.HTTPError as error:
        raise requests.ConnectionError(error) from error


def _pools(limits: Limits) -> dict[str, type[HTTPConnectionPool]]:
    """urllib3's own, with connections that read within the limits, from a proxy's first answer on."""

    class Response(http.client.HTTPResponse):
        def __init__(self, sock: Any, *args: Any, **options: Any) -> None:
            patient: Any = _PatientSocket(sock, limits)
            super().__init__(patient, *args, **options)

    plain = type("Plain", (HTTPConnection,), {"response_class": Response})
    tls = type("Tls", (HTTPSConnection,), {"response_class": Response})
    return {
        "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("TlsPool", (HTTPSConnectionPool,), {"ConnectionCls": tls}),
    }


class _PatientSocket(io.RawIOBase):
    """As much of a socket as http.client's answers use."""

    def __init__(self, sock: Any, limits: Limits) -> None:
        self._sock = sock
        self._limits = limits
        # the connection may close its socket as soon as the head of the answer is read; this keeps it
        self._kept = sock.makefile("rb", buffering=0)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self, 65536)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Raises TimeoutError."""
        stall = self._sock.gettimeout()
        end = min(time.monotonic() + (stall or math.inf), self._limits.deadline)
        try:
            while True:
                self._limits.check()
                self._sock.settimeout(max(0.001, min(TICK_SECONDS, end - time.monotonic())))
                try:
                    received: int = self._sock.recv_into(buffer)
                    return received
                except TimeoutError:
                    if time.monotonic() >= end:
                        raise
        finally:
            self._sock.settimeout(stall)

    def close(self) -> None:
        self._kept.close()
        super().close()
