"""The log of webhook attempts, beside the batch they belong to."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib import aws
from chalicelib.batches import items
from chalicelib.batches.store import KEPT_AFTER_EXPIRY_MS
from chalicelib.settings import settings

ANSWER_BYTES = 2048


@dataclass(frozen=True)
class Record:
    token: str
    event_id: str
    recipient: int
    attempt: int
    at: int
    """Milliseconds since the epoch."""
    status: int
    """0: no answer."""
    duration_ms: int
    answer: str
    """What the receiver said, or why it could not be reached; at most 2 kB."""
    next_in: int | None
    """Seconds until the next attempt, if there is one."""


def record(entry: Record) -> None:
    """Repeating an attempt after a crash overwrites its record: it is the same attempt to the receiver."""
    row = {
        "pk": f"B#{entry.token}",
        "sk": f"W#{entry.event_id}#{entry.recipient}#{entry.attempt:02d}",
        "at": entry.at,
        "status_code": entry.status,
        "duration_ms": entry.duration_ms,
        "answer": entry.answer[:ANSWER_BYTES],
        "next_in": entry.next_in,
        "ttl": (entry.at + settings().retention_seconds * 1000 + KEPT_AFTER_EXPIRY_MS) // 1000,
    }
    aws.dynamodb().put_item(TableName=settings().batches_table, Item=items.values(row))


def of_batch(token: str) -> list[Record]:
    """Every attempt for a batch and its jobs, by event and recipient, oldest first."""
    pages = (
        aws.dynamodb()
        .get_paginator("query")
        .paginate(
            TableName=settings().batches_table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :log)",
            ExpressionAttributeValues=items.values({":pk": f"B#{token}", ":log": "W#"}),
            ConsistentRead=True,
        )
    )
    return [_from_row(items.plain(item)) for page in pages for item in page["Items"]]


def _from_row(row: dict[str, object]) -> Record:
    _, event_id, recipient, attempt = str(row["sk"]).split("#")
    return Record(
        token=str(row["pk"])[2:],
        event_id=event_id,
        recipient=int(recipient),
        attempt=int(attempt),
        at=_integer(row["at"]),
        status=_integer(row["status_code"]),
        duration_ms=_integer(row["duration_ms"]),
        answer=str(row["answer"]),
        next_in=_integer(row["next_in"]) if "next_in" in row else None,
    )


def _integer(value: object) -> int:
    assert isinstance(value, int)
    return value
