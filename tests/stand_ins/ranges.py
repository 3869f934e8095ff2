"""A web host of one body with ranges and validators, that misbehaves as each request's Act says.

with RangeHost(body) as host:
    host.acts = [Act(cut=1000), Act(status=503)]    # the first two requests
    host.then = lambda headers: Act(slow=8)     # the others
    ... host.url("source.mp4") ...
"""

from __future__ import annotations

import hashlib
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

from tests.stand_ins.loopback import Handler, Loopback

PIECE = 1 << 20


@dataclass(frozen=True)
class Act:
    """How one request is answered; what is not said is done properly."""

    status: int | None = None
    """This one, without the body."""
    headers: Mapping[str, str | None] = field(default_factory=dict)
    """Instead of the proper ones; None leaves one out."""
    body: bytes | None = None
    """The host has another version by now, with an ETag of its own."""
    whole: bool = False
    """Range is ignored."""
    cut: int | None = None
    """Hangs up after so many bytes of this answer."""
    stall: int | None = None
    """Falls silent after so many bytes of this answer."""
    piece: int = PIECE
    """Bytes that are sent at a time."""
    slow: int = 0
    """So many MB of this answer come at 50 MB/s, the others at once."""


class RangeHost(Loopback):
    """`log` holds the headers of every request in order; `at_once` the most answers under way at a time."""

    def __init__(self, body: bytes, *, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(_RangeHandler, tls=tls)
        self.body = body
        self.acts: list[Act] = []
        self.then: Callable[[Mapping[str, str]], Act] = lambda _: Act()
        """By the request's headers, when `acts` is used up."""
        self.log: list[dict[str, str]] = []
        self.connections: set[int] = set()
        """Client ports."""
        self.at_once = 0
        self.gather = 0
        """Ranges are answered only when so many have been asked for."""
        self.fickle = False
        """Connections that it said it would keep end without an answer to the second request."""
        self._answering = 0
        self._lock = threading.Condition()

    def ranges(self) -> list[str]:
        return [headers["range"] for headers in self.log if "range" in headers]

    def take(self, headers: dict[str, str], port: int) -> Act:
        with self._lock:
            self.log.append(headers)
            self.connections.add(port)
            self._lock.notify_all()
            return self.acts.pop(0) if self.acts else self.then(headers)

    def wait_for_ranges(self, count: int) -> bool:
        with self._lock:
            return self._lock.wait_for(lambda: len(self.ranges()) >= count, 20)

    def wait_until_idle(self) -> bool:
        """No answer is under way."""
        with self._lock:
            return self._lock.wait_for(lambda: self._answering == 0, 20)

    @contextmanager
    def answering(self) -> Iterator[None]:
        with self._lock:
            self._answering += 1
            self.at_once = max(self.at_once, self._answering)
        try:
            yield
        finally:
            with self._lock:
                self._answering -= 1
                self._lock.notify_all()


class _RangeHandler(Handler):
    owner: RangeHost
    used = False

    def do_GET(self) -> None:
        if self.used and self.owner.fickle:
            self.close_connection = True
            return
        self.used = True
        headers = {name.lower(): value for name, value in self.headers.items()}
        act = self.owner.take(headers, self.client_address[1])
        with self.owner.answering():
            if "range" in headers and not self.owner.wait_for_ranges(self.owner.gather):
                self.close_connection = True
            elif act.status:
                self._head(act.status, {"Content-Length": "0"}, act)
            else:
                self._content(act, headers)

    def _content(self, act: Act, asked: Mapping[str, str]) -> None:
        body = self.owner.body if act.body is None else act.body
        known = {"Accept-Ranges": "bytes", "ETag": etag(body), **act.headers}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", asked.get("range", ""))
        fits = asked.get("if-range") in (None, known["ETag"], known.get("Last-Modified"))
        start, end = 0, len(body)
        if wanted and fits and not act.whole:
            start, end = int(wanted[1]), min(int(wanted[2] or len(body)) + 1, len(body))
        status = 206 if (start, end) != (0, len(body)) else 200
        if status == 206 and start >= end:
            self._head(416, {"Content-Length": "0", "Content-Range": f"bytes */{len(body)}"}, act)
            return
        place = {"Content-Range": f"bytes {start}-{end - 1}/{len(body)}"} if status == 206 else {}
        self._head(status, {"Content-Length": str(end - start), **known, **place}, act)
        self._send(memoryview(body)[start:end], act)

    def _head(self, status: int, headers: Mapping[str, str | None], act: Act) -> None:
        self.send_response_only(status, HTTPStatus(status).phrase)
        for name, value in {"Date": self.date_time_string(), **headers, **act.headers}.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()

    def _send(self, body: memoryview, act: Act) -> None:
        end = next((n for n in (act.cut, act.stall) if n is not None), len(body))
        for at in range(0, min(end, len(body)), act.piece):
            self.wfile.write(body[at : min(at + act.piece, end)])
            if at < act.slow * PIECE and self.owner.stopping.wait(0.02):
                return
        if act.stall is not None:
            self.owner.stopping.wait()
        self.close_connection = self.close_connection or end < len(body)


def etag(body: bytes) -> str:
    """Of length and beginning alone: it is made for each request."""
    return f'"{len(body):x}-{hashlib.sha256(body[:1000]).hexdigest()[:16]}"'
