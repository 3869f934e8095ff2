"""What DynamoDB charges for a read or a write, by the sizes of items and its published rules."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.batches.sizes import size

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
