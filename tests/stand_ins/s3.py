"""An S3 that misbehaves: it refuses, breaks off, is slow, or says nothing."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from tests.stand_ins.loopback import Handler, Loopback

PAUSE_SECONDS = 0.25


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    headers: Mapping[str, str]


class S3(Loopback):
    """One object, whatever its key; what is PUT is taken and forgotten."""

    def __init__(self, content: bytes = b"") -> None:
        super().__init__(_S3Handler)
        self.content = content
        self.etag = '"1"'
        self.calls: list[Call] = []
        self.refusals: deque[tuple[int, str]] = deque()
        """Status and code that the next calls are answered with."""
        self.cuts = 0
        """How many of the next bodies break off half-way."""
        self.block = 0
        """If set, bodies come so many bytes at a time, with a quarter of a second between."""
        self.silent = False
        self.lock = threading.Lock()

    def ranges(self) -> list[str]:
        return [call.headers["Range"] for call in self.calls]

    def takes_one(self) -> bool:
        with self.lock:
            self.cuts -= 1
            return self.cuts >= 0

    def refusal(self) -> tuple[int, str] | None:
        with self.lock:
            return self.refusals.popleft() if self.refusals else None


class _S3Handler(Handler):
    owner: S3

    def do_GET(self) -> None:
        if self._left_alone():
            return
        first, last = (int(n) for n in self.headers["Range"].removeprefix("bytes=").split("-"))
        if self.headers.get("If-Match", self.owner.etag) != self.owner.etag:
            self._refuse(412, "PreconditionFailed")
            return
        size = len(self.owner.content)
        part = self.owner.content[first : last + 1]
        self.send_response(206)
        self.send_header("ETag", self.owner.etag)
        self.send_header("Content-Range", f"bytes {first}-{first + len(part) - 1}/{size}")
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        if len(part) > 1:
            self._body(part)
        else:
            self.wfile.write(part)

    def do_PUT(self) -> None:
        self.read_body()
        if not self._left_alone():
            self.answer(200, b"", {"ETag": '"new"'})

    def _body(self, part: bytes) -> None:
        if block := self.owner.block:
            for at in range(0, len(part), block):
                self.wfile.write(part[at : at + block])
                if self.owner.stopping.wait(PAUSE_SECONDS):
                    return
        elif self.owner.takes_one():
            self.wfile.write(part[: len(part) // 2])
            self.close_connection = True
        else:
            self.wfile.write(part)

    def _left_alone(self) -> bool:
        """Whether the call was answered, or never will be."""
        self.owner.calls.append(Call(self.command, self.path, dict(self.headers)))
        if self.owner.silent:
            self.owner.stopping.wait()
            self.close_connection = True
            return True
        refusal = self.owner.refusal()
        if refusal:
            self._refuse(*refusal)
        return bool(refusal)

    def _refuse(self, status: int, code: str) -> None:
        body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
        self.answer(status, body, {"Content-Type": "application/xml"})
