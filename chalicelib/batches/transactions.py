"""Several writes, all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

from botocore.exceptions import ClientError

from chalicelib import aws

T = TypeVar("T")
MOST: Final = 100
"""Writes in one."""
MOST_BYTES: Final = 3_500_000
"""Of items in one, beside a row or two that something is changed of: DynamoDB takes 4 MiB in all, and counts
the whole of what is updated, up to 400 KiB."""

LOST: Final = "ConditionalCheckFailed"
"""A condition does not hold."""
BUSY: Final = "TransactionConflict"
"""Another transaction is writing the item at this moment."""


def parts(
    things: Iterable[T], length: Callable[[T], int], most: int, room: int = MOST_BYTES
) -> list[list[T]]:
    """Things to be written, as many of them to a transaction as it takes: `most`, and `room` bytes."""
    found: list[list[T]] = []
    left = 0
    for thing in things:
        taken = length(thing)
        if not found or len(found[-1]) == most or taken > left:
            found.append([])
            left = room
        found[-1].append(thing)
        left -= taken
    return found


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
