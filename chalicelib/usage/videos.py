"""Videos that an account has submitted, as the quota counts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from chalicelib import aws
from chalicelib.settings import settings


@dataclass(frozen=True)
class Counted:
    total: int = 0
    by_key: Mapping[str, int] = field(default_factory=dict)

    def of(self, key_id: str | None) -> int:
        """None: of all keys."""
        return self.total if key_id is None else self.by_key.get(key_id, 0)


def in_month(account: str, day: date) -> Counted:
    """Of the calendar month (UTC) that the day is in."""
    return _one(account, f"V#m#{day:%Y%m}")


def on(account: str, day: date) -> Counted:
    return _one(account, f"V#d#{day:%Y%m%d}")


def by_day(account: str, first: date, last: date) -> dict[date, Counted]:
    """Days without any are left out."""
    pages = aws.dynamodb().get_paginator("query")
    found = {}
    for page in pages.paginate(
        TableName=settings().accounts_table,
        KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues={
            ":pk": {"S": f"A#{account}"},
            ":first": {"S": f"V#d#{first:%Y%m%d}"},
            ":last": {"S": f"V#d#{last:%Y%m%d}"},
        },
        ConsistentRead=True,
    ):
        for item in page["Items"]:
            day = datetime.strptime(item["sk"]["S"].removeprefix("V#d#"), "%Y%m%d").date()
            found[day] = _counted(item)
    return found


def _one(account: str, sort: str) -> Counted:
    answer = aws.dynamodb().get_item(
        TableName=settings().accounts_table,
        Key={"pk": {"S": f"A#{account}"}, "sk": {"S": sort}},
        ConsistentRead=True,
    )
    return _counted(answer.get("Item", {}))


def _counted(item: Mapping[str, Any]) -> Counted:
    numbers = {name: int(value["N"]) for name, value in item.items() if "N" in value}
    by_key = {name.removeprefix("k#"): n for name, n in numbers.items() if name.startswith("k#")}
    return Counted(numbers.get("videos", 0), by_key)
