"""The plans there are: those that are shipped, and the operator's, which go before them (rows `P#<name>`)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from chalicelib import aws
from chalicelib.accounts import plan as plan_form
from chalicelib.accounts.plan import Plan, from_document
from chalicelib.settings import settings

DEFAULT: Final = "pro"
"""Of an account that nobody has given a plan."""
_NAME: Final = re.compile(r"[a-z0-9_-]{1,32}")


@cache
def shipped() -> Mapping[str, Plan]:
    documents = json.loads(Path(__file__).with_name("plans.json").read_text())
    return {name: from_document(name, document) for name, document in documents.items()}


def well_formed(name: str) -> bool:
    return bool(_NAME.fullmatch(name))


def find(name: str) -> Plan | None:
    item = aws.dynamodb().get_item(TableName=_table(), Key=_key(name), ConsistentRead=True).get("Item")
    return plan_form.from_json(item["document"]["S"]) if item else shipped().get(name)


def every() -> dict[str, Plan]:
    """By name. Reads the whole table: for the operator alone."""
    pages = (
        aws.dynamodb()
        .get_paginator("scan")
        .paginate(
            TableName=_table(),
            FilterExpression="begins_with(pk, :plans)",
            ExpressionAttributeValues={":plans": {"S": "P#"}},
            ConsistentRead=True,
        )
    )
    own = [plan_form.from_json(item["document"]["S"]) for page in pages for item in page["Items"]]
    return {**shipped(), **{plan.name: plan for plan in own}}


def put(plan: Plan) -> None:
    aws.dynamodb().put_item(TableName=_table(), Item={**_key(plan.name), "document": {"S": plan.to_json()}})


def delete(name: str) -> None:
    """A shipped plan of this name is then in force again."""
    aws.dynamodb().delete_item(TableName=_table(), Key=_key(name))


def _key(name: str) -> dict[str, Any]:
    return {"pk": {"S": f"P#{name}"}, "sk": {"S": "#"}}


def _table() -> str:
    return settings().accounts_table
