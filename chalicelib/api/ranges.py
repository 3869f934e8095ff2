"""The Range header (RFC 9110, 14): one range of bytes; anything else is ignored, as the RFC allows."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_ONE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class Span(NamedTuple):
    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


UNSATISFIABLE: Final = Span(-1, -1)


def parse(header: str | None, size: int) -> Span | None:
    """None: answer with the whole. UNSATISFIABLE: answer 416."""
    match = _ONE.fullmatch(header.replace(" ", "")) if header else None
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        wanted = min(int(last), size)
        return Span(size - wanted, size - 1) if wanted else UNSATISFIABLE
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        return UNSATISFIABLE
    return Span(int(first), min(int(last), size - 1) if last else size - 1)
