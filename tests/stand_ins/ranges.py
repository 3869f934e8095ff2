"""A web host of one body with ranges and validators, that misbehaves as each request's Act says.

with RangeHost(body) as host:
    host.acts = [Act(cut=1000), Act(status=503)]    # the first two requests; then as a good server does
    ... host.url("source.mp4") ...
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator, Mapping
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
    pause: float = 0.0
    """Seconds after each MB."""


class RangeHost(Loopback):
    """`log` holds the headers of every request in order; `at_once` the most answers under way at a time."""

    def __init__(self, body: bytes, *, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(_RangeHandler, host=host, port=port)
        self.body = body
        self.acts: list[Act] = []
        self.then = Act()
        """How requests are answered when `acts` is used up."""
        self.log: list[dict[str, str]] = []
        self.connections: set[int] = set()
        """Client ports."""
        self.at_once = 0
        self.gather = threading.Barrier(1)
        """Range requests wait for each other at this one before they are answered."""
        self._answering = 0
        self._lock = threading.Lock()

    def ranges(self) -> list[str]:
        return [headers["range"] for headers in self.log if "range" in headers]

    def take(self, headers: dict[str, str], port: int) -> Act:
        with self._lock:
            self.log.append(headers)
            self.connections.add(port)
            return self.acts.pop(0) if self.acts else self.then

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


class _RangeHandler(Handler):
    owner: RangeHost

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        act = self.owner.take(headers, self.client_address[1])
        with self.owner.answering():
            if "range" in headers:
                self._gather()
            if act.status:
                self._head(act.status, {"Content-Length": "0"}, act)
            else:
                self._content(act, headers)

    def _gather(self) -> None:
        gather = self.owner.gather
        if not gather.broken:
            gather.wait(20)

    def _content(self, act: Act, asked: Mapping[str, str]) -> None:
        body = self.owner.body if act.body is None else act.body
        known = {"Accept-Ranges": "bytes", "ETag": etag(body)} | act.headers
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
        for at in range(0, min(end, len(body)), PIECE):
            self.wfile.write(body[at : min(at + PIECE, end)])
            if act.pause and self.owner.stopping.wait(act.pause):
                return
        if act.stall is not None:
            self.owner.stopping.wait()
        self.close_connection = self.close_connection or end < len(body)


def etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:16]}"'
