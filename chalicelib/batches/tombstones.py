"""What stands in the place of a deleted batch for two days: whose it was, and nothing that was said in it.

So its id answers as an unknown one at once, its Idempotency-Key makes no second batch, and whoever died while
deleting it left a place in the open index behind.
"""

from __future__ import annotations

from typing import Any, Final

from chalicelib import aws
from chalicelib.batches import items, open_index
from chalicelib.batches.model import Batch
from chalicelib.settings import settings

KEPT_MS: Final = 2 * 24 * 3600 * 1000
"""Longer than an Idempotency-Key has its meaning."""


def put(batch: Batch, *, now: int, look_at: int) -> Batch | None:
    """In the place of an ended batch; None if it has not ended, or another has done so. The watchdog looks
    for it at that time."""
    stone = Batch(
        token=batch.token,
        account=batch.account,
        kind=batch.kind,
        face=batch.face,
        total=batch.total,
        webhooks=(),
        single=batch.single,
        created_at=batch.created_at,
        ended_at=batch.ended_at,
        expires_after=batch.expires_after,
        deleted_at=now,
    )
    extra = {"ttl": (now + KEPT_MS) // 1000, **open_index.place(open_index.DELETING, batch.token, look_at)}
    try:
        aws.dynamodb().put_item(
            TableName=settings().batches_table,
            Item=items.from_batch(stone, extra),
            ConditionExpression="attribute_exists(ended_at) AND attribute_not_exists(deleted_at)",
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException:
        return None
    return stone


def look_again(stone: Batch, *, look_at: int | None) -> None:
    """None: there is nothing left to look for."""
    given: dict[str, Any] = {"UpdateExpression": "REMOVE open_shard, opened_at"}
    if look_at is not None:
        given = {
            "UpdateExpression": "SET opened_at = :at",
            "ExpressionAttributeValues": items.values({":at": look_at}),
        }
    try:
        aws.dynamodb().update_item(
            TableName=settings().batches_table,
            Key=items.key(stone.token, 0),
            ConditionExpression="attribute_exists(deleted_at) AND attribute_exists(open_shard)",
            **given,
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException:
        pass  # its time is over
