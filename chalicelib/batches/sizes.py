"""How long an item is, in bytes, by DynamoDB's published rules."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def size(item: Mapping[str, Any] | None) -> int:
    """Of no item, none. `item` as the wire has it: {"name": {"S": "…"}}."""
    return sum(len(name.encode()) + _value(value) for name, value in (item or {}).items())


def _value(value: Mapping[str, Any]) -> int:
    [(kind, held)] = value.items()
    if kind == "L":
        return 3 + sum(1 + _value(each) for each in held)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value(each) for name, each in held.items())
    if kind in ("SS", "NS", "BS"):
        return sum(_scalar(kind[0], each) for each in held)
    return _scalar(kind, held)


def _scalar(kind: str, held: Any) -> int:
    if kind == "N":
        return math.ceil(len(str(held).strip("-").replace(".", "")) / 2) + 1
    return len(held.encode()) if kind == "S" else len(held) if kind == "B" else 1
