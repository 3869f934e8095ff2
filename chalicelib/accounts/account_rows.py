"""The row of an account, `A#<account>` / `#`: its plan, and which keys it has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from chalicelib import aws
from chalicelib.accounts.plan import Plan, from_json
from chalicelib.settings import settings

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, kw_only=True)
class Record:
    account: str
    plan_name: str
    overrides: Mapping[str, Any]
    """Fields of the plan that are different for this account."""
    plan: Plan
    """The two together, as they were when they were last put together."""
    revision: int
    """Of `plan`: one more with each change."""
    keys: frozenset[str]
    """Digests of those that are not revoked."""
    retired: frozenset[str]
    """Digests of others, whose rows still tell how they were used."""
    created_at: int


def well_formed(account: str) -> bool:
    """As it must be to be a message group of SQS."""
    return bool(_NAME.fullmatch(account))


def address(account: str) -> dict[str, Any]:
    return {"pk": {"S": f"A#{account}"}, "sk": {"S": "#"}}


def get(account: str) -> Record | None:
    table = settings().accounts_table
    item = aws.dynamodb().get_item(TableName=table, Key=address(account), ConsistentRead=True).get("Item")
    return from_row(item) if item else None


def every() -> Iterator[Record]:
    """Reads the whole table: for the operator alone."""
    pages = (
        aws.dynamodb()
        .get_paginator("scan")
        .paginate(
            TableName=settings().accounts_table,
            FilterExpression="begins_with(pk, :accounts) AND sk = :own",
            ExpressionAttributeValues={":accounts": {"S": "A#"}, ":own": {"S": "#"}},
            ConsistentRead=True,
        )
    )
    for page in pages:
        yield from map(from_row, page["Items"])


def planned(plan_name: str, overrides: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    """The attributes that tell of an account's plan, but its revision."""
    return {
        "plan": {"S": plan_name},
        "overrides": {"S": json.dumps(dict(overrides), separators=(",", ":"))},
        "effective": {"S": plan.to_json()},
    }


def from_row(row: Mapping[str, Any]) -> Record:
    return Record(
        account=row["pk"]["S"].removeprefix("A#"),
        plan_name=row["plan"]["S"],
        overrides=json.loads(row["overrides"]["S"]),
        plan=from_json(row["effective"]["S"]),
        revision=int(row["revision"]["N"]),
        keys=frozenset(row.get("keys", {}).get("SS", ())),
        retired=frozenset(row.get("retired", {}).get("SS", ())),
        created_at=int(row["created_at"]["N"]),
    )
