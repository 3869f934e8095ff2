"""Endpoints come and go together with their names in one row of the account: by it their number is held."""

from __future__ import annotations

from typing import Any, Final

from chalicelib.accounts import endpoint_rows as rows
from chalicelib.accounts.endpoint_rows import Endpoint
from chalicelib.accounts.transaction import transact
from chalicelib.errors import Conflict, NotFound

MOST_ENDPOINTS: Final = 20
"""Of one account."""


def add(endpoint: Endpoint) -> None:
    """Raises Conflict."""
    put = {"Item": rows.to_row(endpoint), "ConditionExpression": "attribute_not_exists(pk)"}
    name = {
        **_name("ADD ids :ids", endpoint.account, endpoint.id),
        "ConditionExpression": "attribute_not_exists(ids) OR size(ids) < :most",
    }
    name["ExpressionAttributeValues"] |= {":most": {"N": str(MOST_ENDPOINTS)}}
    if transact({"Update": name}, {"Put": put}):
        most = f"An account has at most {MOST_ENDPOINTS} endpoints: delete one first"
        raise Conflict(most, code="TOO_MANY_ENDPOINTS")


def remove(account: str, endpoint_id: str) -> None:
    """Raises NotFound."""
    row = {"Key": rows.key(account, endpoint_id), "ConditionExpression": "attribute_exists(pk)"}
    if transact({"Delete": row}, {"Update": _name("DELETE ids :ids", account, endpoint_id)}):
        raise NotFound("No webhook endpoint has this id", code="ENDPOINT_NOT_FOUND")


def _name(change: str, account: str, endpoint_id: str) -> dict[str, Any]:
    return {
        "Key": {"pk": {"S": f"A#{account}"}, "sk": {"S": "webhook-endpoints"}},
        "UpdateExpression": change,
        "ExpressionAttributeValues": {":ids": {"SS": [endpoint_id]}},
    }
