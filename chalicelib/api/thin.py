"""Webhook bodies are thin: of what would be too long, fields are left out, and the body says which."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

MOST_BYTES: Final = 20_000
"""A body has fewer."""
Path = tuple[str, ...]


def encoded(body: dict[str, Any], long: Sequence[Path], omitted: str) -> bytes:
    """`long`: what may be left out, in this order and no further than needed. `omitted`: with the name of
    such a field formatted into it, the one that then stands in its place and is true."""
    for path in long:
        if len(_encode(body)) < MOST_BYTES:
            break
        _leave_out(body, path, omitted)
    return _encode(body)


def _leave_out(body: dict[str, Any], path: Path, omitted: str) -> None:
    *above, name = path
    part: Any = body
    for step in above:
        part = part.get(step) or {}
    if part.pop(name, None):
        part[omitted.format(name)] = True


def _encode(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
