"""Items that go, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib import aws
from chalicelib.batches.items import Item
from chalicelib.errors import ServiceUnavailable
from chalicelib.settings import settings

_PER_WRITE = 25


def remove(keys: Sequence[Item]) -> None:
    """Raises ServiceUnavailable for what DynamoDB has no capacity for at the moment."""
    table = settings().batches_table
    for start in range(0, len(keys), _PER_WRITE):
        requests: Any = [{"DeleteRequest": {"Key": key}} for key in keys[start : start + _PER_WRITE]]
        answer = aws.dynamodb().batch_write_item(RequestItems={table: requests})
        if answer.get("UnprocessedItems"):
            raise ServiceUnavailable("DynamoDB did not remove all items")
