"""What each attempt of a delivery came to. Rows behind that of their delivery, each counted there once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final

from chalicelib import aws
from chalicelib.batches import items
from chalicelib.errors import ServiceUnavailable
from chalicelib.settings import settings
from chalicelib.webhooks import deliveries
from chalicelib.webhooks.addresses import Address
from chalicelib.webhooks.deliveries import Status

ANSWER_BYTES: Final = 2048
SCHEDULED: Final = "scheduled"
MANUAL: Final = "manual"
RECOVERY: Final = "recovery"
_TRIES: Final = 10
"""Times that a record which met another one at the same moment is repeated."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    run: str
    """What it belongs to: `scheduled`, or `manual-` or `recovery-` and an id."""
    number: int
    """Within its run, from 1."""
    place: int = 0
    """Among all attempts of the delivery, from 1; 0 until it is on record."""
    url: str
    """Without its query."""
    at: int
    """Milliseconds since the epoch."""
    status: int
    """0: no answer."""
    duration_ms: int
    answer: str
    """What the receiver said, or why it could not be reached; at most 2,048 characters."""
    next_in: int | None = None
    """Seconds until the next attempt of the run, if there is one."""

    @property
    def trigger(self) -> str:
        return self.run.partition("-")[0]

    @property
    def delivered(self) -> bool:
        return 200 <= self.status < 300


def record(address: Address, attempt: Attempt, now: int) -> Attempt:
    """Keep it and count it; repeating that changes nothing. A delivery deleted meanwhile stays deleted.

    The answer is the one on record: another handler of this attempt may have been first.
    Raises ServiceUnavailable when others never let go of the delivery."""
    for _ in range(_TRIES):
        made = of(address)
        kept = _among(made, attempt.run, attempt.number)
        if kept is None:
            kept = replace(attempt, place=len(made) + 1)
            if not _keep(address, kept, now):
                continue
            made.append(kept)
        if _count(address, kept, made, now) or deliveries.get(address) is None:
            return kept
    raise ServiceUnavailable(f"the log of {address.delivery_id} is busy")


def _keep(address: Address, attempt: Attempt, now: int) -> bool:
    """False if another one has its place."""
    row = {
        "pk": address.partition,
        "sk": f"{address.sort_key}#{attempt.place:04d}",
        **asdict(attempt),
        "answer": attempt.answer[:ANSWER_BYTES],
        "ttl": deliveries.ttl(now),
    }
    try:
        aws.dynamodb().put_item(
            TableName=settings().batches_table,
            Item=items.values(row),
            ConditionExpression="attribute_not_exists(pk)",
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException:
        return False
    return True


def _count(address: Address, attempt: Attempt, made: Sequence[Attempt], now: int) -> bool:
    """False if more have been counted than were seen."""
    last = made[-1]
    changes: dict[str, Any] = {
        "attempts": len(made),
        "last_status": last.status,
        "url": last.url,
        "updated_at": now,
        "ttl": deliveries.ttl(now),
    }
    status = _status(attempt, made)
    changes |= {"status": status} if status else {}
    removed: tuple[str, ...] = ()
    if attempt.next_in is not None:
        changes["next_attempt_at"] = attempt.at + attempt.duration_ms + attempt.next_in * 1000
    elif attempt.trigger != MANUAL:
        removed = ("next_attempt_at",)
    return deliveries.update(address, "attempts <= :attempts", changes, removed=removed)


def _status(attempt: Attempt, made: Sequence[Attempt]) -> Status | None:
    """What was once delivered stays so; an attempt by hand decides nothing unless it succeeds."""
    if any(each.delivered for each in made):
        return Status.DELIVERED
    if attempt.trigger == MANUAL:
        return None
    return Status.PENDING if attempt.next_in is not None else Status.FAILED


def find(address: Address, run: str, number: int) -> Attempt | None:
    return _among(of(address), run, number)


def _among(made: Sequence[Attempt], run: str, number: int) -> Attempt | None:
    return next((each for each in made if (each.run, each.number) == (run, number)), None)


def of(address: Address) -> list[Attempt]:
    """All of a delivery, in the order they were recorded in."""
    pages = (
        aws.dynamodb()
        .get_paginator("query")
        .paginate(
            TableName=settings().batches_table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :attempts)",
            ExpressionAttributeValues=items.values(
                {":pk": address.partition, ":attempts": address.sort_key + "#"}
            ),
            ConsistentRead=True,
        )
    )
    rows = (items.plain(item) for page in pages for item in page["Items"])
    return [Attempt(next_in=row.pop("next_in", None), **_known(row)) for row in rows]


def _known(row: Mapping[str, Any]) -> dict[str, Any]:
    return {each.name: row[each.name] for each in fields(Attempt) if each.name in row}
