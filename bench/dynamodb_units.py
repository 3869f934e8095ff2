"""What DynamoDB charges for a read or a write, by the sizes of items and its published rules."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Item = Mapping[str, Any]
"""As the wire has it: {"name": {"S": "…"}}."""
KB = 1024


@dataclass(frozen=True)
class Index:
    keys: frozenset[str]
    everything: bool
    """Whether it holds whole items, or only their keys."""


def indexes(table: Mapping[str, Any]) -> list[Index]:
    """Of a table's properties in CloudFormation."""
    return [
        Index(
            frozenset(key["AttributeName"] for key in each["KeySchema"]),
            each["Projection"]["ProjectionType"] == "ALL",
        )
        for each in table.get("GlobalSecondaryIndexes", ())
    ]


def size(item: Item | None) -> int:
    """Bytes; of no item, none."""
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


def write_units(before: Item | None, after: Item | None, known: Sequence[Index], *, times: int = 1) -> int:
    """`times` 2: within a transaction. Indexes are written on their own, and only if they change."""
    larger = max(size(before), size(after), 1)
    return times * math.ceil(larger / KB) + sum(_of_index(index, before, after) for index in known)


def _of_index(index: Index, before: Item | None, after: Item | None) -> int:
    old, new = _view(index, before), _view(index, after)
    if old == new:
        return 0
    units = [math.ceil(size(view) / KB) for view in (old, new) if view]
    moved = len(units) == 2 and any(before[key] != after[key] for key in index.keys)  # type: ignore[index]
    return sum(units) if moved else max(units)


def _view(index: Index, item: Item | None) -> Item | None:
    """What the index holds of an item: nothing unless it has all keys of it."""
    if item is None or not index.keys <= item.keys():
        return None
    return item if index.everything else {name: item[name] for name in sorted({"pk", "sk", *index.keys})}


def read_units(items: Sequence[Item], *, consistent: bool, times: int = 1) -> float:
    """Of one read; what finds nothing is charged as the smallest item is."""
    units = max(1, math.ceil(sum(map(size, items)) / (4 * KB)))
    return times * (units if consistent else units / 2)
