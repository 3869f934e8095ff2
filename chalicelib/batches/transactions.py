"""Several writes, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import aws

MOST: int = 100
"""Writes in one."""


def write(actions: Sequence[Any]) -> bool:
    """False if a condition does not hold, or another transaction is writing the items at this moment."""
    try:
        aws.dynamodb().transact_write_items(TransactItems=actions)
    except ClientError as error:
        if _lost(error):
            return False
        raise
    return True


def _lost(error: ClientError) -> bool:
    reasons = error.response.get("CancellationReasons", [])
    return any(reason.get("Code") in ("ConditionalCheckFailed", "TransactionConflict") for reason in reasons)
