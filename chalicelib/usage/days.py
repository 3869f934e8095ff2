"""The rows of the accounts table that hold what accounts have used, by the day (UTC) on which a batch was
accepted and the key that asked for it.

A day and key have a few rows, so that batches which end together seldom wait for each other; they add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from boto3.dynamodb.types import TypeSerializer

from chalicelib import aws
from chalicelib.settings import settings
from chalicelib.usage.amounts import Amounts

KEPT_DAYS: Final = 400
NO_KEY: Final = "-"
"""In place of a key's id, for who was trusted without one."""
_SHARDS: Final = 4
_serializer = TypeSerializer()


@dataclass(frozen=True)
class Row:
    day: date
    key_id: str
    amounts: Amounts


def day_of(ms: int) -> date:
    return datetime.fromtimestamp(ms / 1000, UTC).date()


def addition(account: str, key_id: str | None, at: int, token: str, amounts: Amounts) -> dict[str, Any]:
    """An action of a transaction. `at`: when the batch of that token was accepted, in milliseconds."""
    day = day_of(at)
    added = amounts.to_json()
    kept_until = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=KEPT_DAYS)
    update = {
        "TableName": settings().accounts_table,
        "Key": _key(account, f"{_prefix(day)}{key_id or NO_KEY}#{int(token[0], 16) % _SHARDS}"),
        "UpdateExpression": "SET #ttl = :ttl ADD " + ", ".join(f"#{name} :{name}" for name in added),
        "ExpressionAttributeNames": {"#ttl": "ttl", **{f"#{name}": name for name in added}},
        "ExpressionAttributeValues": {
            ":ttl": _serializer.serialize(int(kept_until.timestamp())),
            **{f":{name}": _serializer.serialize(n) for name, n in added.items()},
        },
    }
    return {"Update": update}


def read(account: str, first: date, last: date) -> Iterator[Row]:
    """Of all days from the first to the last."""
    pages = aws.dynamodb().get_paginator("query")
    for page in pages.paginate(
        TableName=settings().accounts_table,
        KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues={
            ":pk": {"S": f"A#{account}"},
            ":first": {"S": _prefix(first)},
            ":last": {"S": _prefix(last) + "~"},
        },
        ConsistentRead=True,
    ):
        yield from map(_row, page["Items"])


def _row(item: Mapping[str, Any]) -> Row:
    _, _, day, key_id, _ = item["sk"]["S"].split("#")
    numbers = {name: int(value["N"]) for name, value in item.items() if "N" in value}
    return Row(datetime.strptime(day, "%Y%m%d").date(), key_id, Amounts.from_json(numbers))


def _prefix(day: date) -> str:
    return f"U#d#{day:%Y%m%d}#"


def _key(account: str, sort: str) -> dict[str, Any]:
    return {"pk": {"S": f"A#{account}"}, "sk": {"S": sort}}
