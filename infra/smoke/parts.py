"""Looking into answers that may be anything."""

from __future__ import annotations

from typing import Any, TypeVar

from infra.smoke.service import Unexpected

T = TypeVar("T")
_WORDS: dict[type, str] = {
    bool: "true or false",
    str: "a text",
    int: "a whole number",
    float: "a number",
    dict: "an object",
    list: "a list",
}


def part(data: Any, kind: type[T], *path: str | int) -> T:
    """What stands at a path, such as `jobs`, 0, `jobId`. Raises Unexpected if it is not of this kind."""
    found = data
    for step in path:
        found = _inner(found, step)
    if kind is float and type(found) is int:  # DynamoDB keeps 17.0 as 17
        found = float(found)
    if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
        where = ".".join(str(step) for step in path) or "the top"
        raise Unexpected(f"{_WORDS[kind]} at {where}", "nothing" if found is None else f"{found!r:.80}")
    return found


def _inner(found: Any, step: str | int) -> Any:
    if isinstance(step, str):
        return found.get(step) if isinstance(found, dict) else None
    return found[step] if isinstance(found, list) and step < len(found) else None


def expect(fine: bool, expected: str, came: object) -> None:
    """Raises Unexpected."""
    if not fine:
        raise Unexpected(expected, f"{came!s:.200}")
