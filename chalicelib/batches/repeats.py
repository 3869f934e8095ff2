"""Where the batch of an Idempotency-Key lies, so that a repeated request meets it.

A key's token changes each day, as it may mean something new after one. The last 24 hours touch two days, and
requests that begin at the same time around midnight may not be of the same one: neither sees the other before
it is written, and so each is written only if the other is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.batches import ids, items, store
from chalicelib.batches.model import Batch
from chalicelib.errors import IdempotencyConflict
from chalicelib.settings import settings

IDEMPOTENCY_MS: Final = 24 * 3600 * 1000
NEAR_MS: Final = 5 * 60 * 1000
"""Around midnight: longer than any request takes, and than the clocks of two machines differ."""
_DELETED = "The batch of this Idempotency-Key was deleted: send a new key"


@dataclass(frozen=True)
class Place:
    token: str
    """That its batch is written under."""
    known: Sequence[str] = ()
    """Tokens that the key may have a batch under already; none without a key."""
    rival: str | None = None
    """The one of them that a request of the same time may be written under."""
    since: int = 0
    """Batches of before this are of another meaning of the key."""


def place(account: str, idempotency: tuple[str, str] | None, now: int) -> Place:
    if idempotency is None:
        return Place(ids.new_token())
    near = [(now + shift) // IDEMPOTENCY_MS for shift in (-IDEMPOTENCY_MS, -NEAR_MS, 0, NEAR_MS)]
    tokens = {day: ids.derived_token(account, *idempotency, str(day)) for day in near}
    today = near[2]
    rival = next((tokens[day] for day in near[1:] if day != today), None)
    return Place(tokens[today], tuple(tokens.values()), rival, now - IDEMPOTENCY_MS)


def batch_at(place: Place) -> Batch | None:
    """What an earlier request with the key has made. Raises IdempotencyConflict if it was deleted."""
    found = (store.head(token) for token in place.known)
    batch = next((batch for batch in found if batch and batch.created_at > place.since), None)
    if batch and batch.deleted_at is not None:
        raise IdempotencyConflict(_DELETED)
    return batch


def no_rival(place: Place) -> list[dict[str, Any]]:
    """For the transaction that writes the batch."""
    if place.rival is None:
        return []
    check = {
        "TableName": settings().batches_table,
        "Key": items.key(place.rival, 0),
        "ConditionExpression": "attribute_not_exists(pk) OR created_at <= :since",
        "ExpressionAttributeValues": items.values({":since": place.since}),
    }
    return [{"ConditionCheck": check}]
