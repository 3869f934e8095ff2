"""A service between caller and stack that answers some requests itself, and badly."""

from __future__ import annotations

from collections.abc import Callable

import requests

from tests.stand_ins.loopback import Handler, Loopback

Answer = tuple[int, str, bytes]
"""Status, content type, body."""
Spoil = Callable[[str, str], Answer | None]
"""Of a method and a path; None: the stack answers."""


class Spoiling(Loopback):
    def __init__(self, spoil: Spoil, stack: str = "") -> None:
        super().__init__(_Handler)
        self.spoil = spoil
        self.stack = stack
        self.asked: list[str] = []


class _Handler(Handler):
    owner: Spoiling

    def do_GET(self) -> None:
        body = self.read_body()
        self.owner.asked.append(f"{self.command} {self.path}")
        status, kind, content = self.owner.spoil(self.command, self.path) or self._forwarded(body)
        self.answer(status, content, {"Content-Type": kind, **self._limits})

    do_POST = do_DELETE = do_PUT = do_GET  # noqa: N815 http.server's names

    _limits: dict[str, str] = {}  # noqa: RUF012 replaced, never changed

    def _forwarded(self, body: bytes) -> Answer:
        names = ("X-API-Key", "Content-Type")
        headers = {name: self.headers[name] for name in names if name in self.headers}
        answer = requests.request(
            self.command, self.owner.stack + self.path, data=body, headers=headers, timeout=60
        )
        self._limits = {n: v for n, v in answer.headers.items() if n.lower().startswith("x-ratelimit-")}
        return answer.status_code, answer.headers["Content-Type"], answer.content
