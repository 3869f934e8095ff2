"""Several writes, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib import aws

MOST: Final = 100
"""Writes in one."""


LOST: Final = "ConditionalCheckFailed"
"""A condition does not hold."""
BUSY: Final = "TransactionConflict"
"""Another transaction is writing the item at this moment."""


def write(actions: Sequence[Any]) -> bool:
    """False if something stood in the way."""
    return not attempt(actions)


def attempt(actions: Sequence[Any]) -> list[str]:
    """What stood in the way, by the action's place: LOST, BUSY or "None"; nothing if it is done."""
    try:
        aws.dynamodb().transact_write_items(TransactItems=actions)
    except ClientError as error:
        reasons = [str(each.get("Code")) for each in error.response.get("CancellationReasons", [])]
        if LOST in reasons or BUSY in reasons:
            return reasons
        raise
    return []
