"""Calls of DynamoDB as the permissions they need."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from infra.iam.ask import Ask
from infra.local.account import arn

HASH_KEY = "pk"
"""Of all tables."""
LEADING_KEYS = "dynamodb:LeadingKeys"
TRANSACTED = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
_FIRST_EQUALITY = re.compile(r"=\s*(:\w+)")
"""In conditions on keys that begin with the partition key, as Batchreel's do."""

Request = Mapping[str, Any]


def asks(operation: str, request: Request) -> list[Ask]:
    """An operation that is not told apart here is asked for on everything, which no policy allows."""
    match operation:
        case "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem":
            return [_of_item(operation, request)]
        case "Query":
            return [_of_query(request)]
        case "BatchGetItem":
            wanted = request["RequestItems"].items()
            return [_ask(operation, table, map(_key, each["Keys"])) for table, each in wanted]
        case "BatchWriteItem":
            written = request["RequestItems"].items()
            return [_ask(operation, table, map(_written, each)) for table, each in written]
        case "TransactWriteItems":
            parts = [part for item in request["TransactItems"] for part in item.items()]
            return [_of_item(TRANSACTED[kind], part) for kind, part in parts]
    return [Ask(f"dynamodb:{operation}", "*")]


def _of_item(operation: str, request: Request) -> Ask:
    return _ask(operation, request["TableName"], [_key(request.get("Key") or request["Item"])])


def _of_query(request: Request) -> Ask:
    found = _FIRST_EQUALITY.search(request["KeyConditionExpression"])
    value = request["ExpressionAttributeValues"][found[1]] if found else {}
    index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
    return _ask("Query", request["TableName"] + index, value.values())


def _written(request: Request) -> str:
    deleted = request.get("DeleteRequest")
    return _key(deleted["Key"] if deleted else request["PutRequest"]["Item"])


def _key(item: Mapping[str, Any]) -> str:
    return str(item[HASH_KEY]["S"])


def _ask(operation: str, table: str, keys: Iterable[str]) -> Ask:
    return Ask(f"dynamodb:{operation}", arn("dynamodb", f"table/{table}"), {LEADING_KEYS: tuple(keys)})
