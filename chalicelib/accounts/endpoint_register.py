"""Endpoints come and go together with their names in one row of the account: by it their number is held."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.accounts import endpoint_rows as rows
from chalicelib.accounts.endpoint_rows import Endpoint
from chalicelib.errors import Conflict, NotFound
from chalicelib.settings import settings

MOST_ENDPOINTS: Final = 20
"""Of one account."""
_TRIES: Final = 10
"""Of a transaction, which DynamoDB refuses if it meets another one on the same row."""
_PAUSE: Final = 0.1


def add(endpoint: Endpoint) -> None:
    """Raises Conflict."""
    put = {"Item": rows.to_row(endpoint), "ConditionExpression": "attribute_not_exists(pk)"}
    name = {
        **_name("ADD ids :ids", endpoint.account, endpoint.id),
        "ConditionExpression": "attribute_not_exists(ids) OR size(ids) < :most",
    }
    name["ExpressionAttributeValues"] |= {":most": {"N": str(MOST_ENDPOINTS)}}
    if not _transact({"Update": name}, {"Put": put}):
        most = f"An account has at most {MOST_ENDPOINTS} endpoints: delete one first"
        raise Conflict(most, code="TOO_MANY_ENDPOINTS")


def remove(account: str, endpoint_id: str) -> None:
    """Raises NotFound."""
    row = {"Key": rows.key(account, endpoint_id), "ConditionExpression": "attribute_exists(pk)"}
    if not _transact({"Delete": row}, {"Update": _name("DELETE ids :ids", account, endpoint_id)}):
        raise NotFound("No webhook endpoint has this id", code="ENDPOINT_NOT_FOUND")


def _name(change: str, account: str, endpoint_id: str) -> dict[str, Any]:
    return {
        "Key": {"pk": {"S": f"A#{account}"}, "sk": {"S": "webhook-endpoints"}},
        "UpdateExpression": change,
        "ExpressionAttributeValues": {":ids": {"SS": [endpoint_id]}},
    }


def _transact(*actions: Mapping[str, Any]) -> bool:
    """False if the first action has lost its condition."""
    table = {"TableName": settings().accounts_table}
    items: Any = [{verb: {**action, **table} for verb, action in each.items()} for each in actions]
    for attempt in range(_TRIES):
        try:
            aws.dynamodb().transact_write_items(TransactItems=items)
        except ClientError as error:
            reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            if reasons[:1] == ["ConditionalCheckFailed"]:
                return False
            if "TransactionConflict" not in reasons or attempt == _TRIES - 1:
                raise
            time.sleep(random.uniform(0, _PAUSE * (attempt + 1)))  # noqa: S311 spreads them, hides nothing
        else:
            return True
    raise AssertionError("the last try has raised")
