"""Several rows of the accounts table, written together or not at all."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.settings import settings

_TRIES: Final = 10
"""Of a transaction, which DynamoDB refuses if it meets another one on the same row."""
_PAUSE: Final = 0.1


def transact(*actions: Mapping[str, Any]) -> list[int]:
    """The places of the actions whose conditions do not hold; none, and all is written."""
    table = {"TableName": settings().accounts_table}
    items: Any = [{verb: {**action, **table} for verb, action in each.items()} for each in actions]
    for attempt in range(_TRIES):
        try:
            aws.dynamodb().transact_write_items(TransactItems=items)
        except ClientError as error:
            reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            if lost := [place for place, reason in enumerate(reasons) if reason == "ConditionalCheckFailed"]:
                return lost
            if "TransactionConflict" not in reasons or attempt == _TRIES - 1:
                raise
            time.sleep(random.uniform(0, _PAUSE * (attempt + 1)))  # noqa: S311 spreads them, hides nothing
        else:
            return []
    raise AssertionError("the last try has raised")
