"""A service between caller and stack that answers some requests itself, and badly."""

from __future__ import annotations

from collections.abc import Callable

import requests

from tests.stand_ins.loopback import Handler, Loopback

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""
Spoil = Callable[[str, str], Answer | None]
"""Of a method and a path; None: the stack answers."""


class Spoiling(Loopback):
    def __init__(self, spoil: Spoil, stack: str = "") -> None:
        super().__init__(_Handler)
        self.spoil = spoil
        self.stack = stack
        self.asked: list[str] = []
        self.keys: dict[str, str | None] = {}
        """The one that came last, by path."""


class _Handler(Handler):
    owner: Spoiling

    def do_GET(self) -> None:
        body = self.read_body()
        self.owner.asked.append(f"{self.command} {self.path}")
        self.owner.keys[self.path] = self.headers["X-API-Key"]
        status, headers, content = self.owner.spoil(self.command, self.path) or self._forwarded(body)
        self.answer(status, content, headers)

    do_POST = do_DELETE = do_PUT = do_GET  # noqa: N815 http.server's names

    def _forwarded(self, body: bytes) -> Answer:
        names = ("X-API-Key", "Content-Type")
        headers = {name: self.headers[name] for name in names if name in self.headers}
        answer = requests.request(
            self.command, self.owner.stack + self.path, data=body, headers=headers, timeout=60
        )
        told = {
            n: v for n, v in answer.headers.items() if n.lower().startswith(("x-ratelimit-", "content-t"))
        }
        return answer.status_code, told, answer.content
