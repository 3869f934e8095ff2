"""Requests of an account's keys, as the limiter counts them: in the rows of the keys themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from chalicelib import aws
from chalicelib.accounts import counters, key_rows
from chalicelib.clock import Clock, now_ms
from chalicelib.settings import settings

_PER_READ: Final = 100


@dataclass(frozen=True, kw_only=True)
class Key:
    id: str
    name: str | None
    retired: bool
    rate: int | None
    """Requests an hour, where the key has a limit of its own."""
    counts: Mapping[str, int]
    """As accounts.counters names them."""

    def in_hour(self, now: int) -> int:
        return self.counts.get(counters.hour(now), 0)

    def on(self, day: date) -> int:
        return self.counts.get(f"d{day:%Y%m%d}", 0)

    def in_month(self, day: date) -> int:
        return self.counts.get(f"m{day:%Y%m}", 0)

    def failed_on(self, day: date) -> int:
        return self.counts.get(f"f{day:%Y%m%d}", 0)


def failed(key_hash: str, clock: Clock = now_ms) -> None:
    """One admitted request of a key was answered with 400 or above; nothing if there is no such key.
    `key_hash`: SHA-256 of the key in hex, as its row is named."""
    try:
        aws.dynamodb().update_item(
            TableName=settings().accounts_table,
            Key=key_rows.address(key_hash),
            UpdateExpression="ADD #failed :one",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeNames={"#failed": counters.failed(clock())},
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException:
        pass  # deleted meanwhile


def keys_of(account: str) -> list[Key]:
    """Those in use first, then by name."""
    answer = aws.dynamodb().get_item(
        TableName=settings().accounts_table,
        Key={"pk": {"S": f"A#{account}"}, "sk": {"S": "#"}},
        ConsistentRead=True,
    )
    row = answer.get("Item", {})
    used, retired = (sorted(row.get(name, {}).get("SS", ())) for name in ("keys", "retired"))
    found = [_key(item, retired) for item in _rows([*used, *retired])]
    return sorted(found, key=lambda key: (key.retired, key.name or "", key.id))


def _rows(hashes: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    table = settings().accounts_table
    for start in range(0, len(hashes), _PER_READ):
        keys = [key_rows.address(each) for each in hashes[start : start + _PER_READ]]
        wanted: Any = {table: {"Keys": keys, "ConsistentRead": True}}
        while wanted:
            answer = aws.dynamodb().batch_get_item(RequestItems=wanted)
            yield from answer["Responses"].get(table, ())
            wanted = answer.get("UnprocessedKeys")


def _key(item: Mapping[str, Any], retired: Sequence[str]) -> Key:
    key_hash = item["pk"]["S"].removeprefix("K#")
    return Key(
        id=item.get("key_id", {}).get("S", key_hash[:16]),
        name=item.get("name", {}).get("S"),
        retired=key_hash in retired,
        rate=int(item["rate"]["N"]) if "rate" in item else None,
        counts={name: int(value["N"]) for name, value in item.items() if counters.is_one(name)},
    )
