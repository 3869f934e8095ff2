"""What each attempt of a delivery came to. Rows behind that of their delivery, each counted there once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.batches import items
from chalicelib.errors import ServiceUnavailable
from chalicelib.settings import settings
from chalicelib.webhooks import deliveries
from chalicelib.webhooks.addresses import Address
from chalicelib.webhooks.deliveries import Delivery, Status

ANSWER_BYTES: Final = 2048
SCHEDULED: Final = "scheduled"
MANUAL: Final = "manual"
RECOVERY: Final = "recovery"
_TRIES: Final = 10
"""Times that a record which met another one at the same moment is repeated."""
_LOST: Final = frozenset({"ConditionalCheckFailed", "TransactionConflict"})


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


def record(address: Address, attempt: Attempt, now: int) -> None:
    """Count it and keep it; repeating that changes nothing. A log that was deleted meanwhile stays deleted.

    Raises ServiceUnavailable when others never let go of the delivery."""
    for _ in range(_TRIES):
        delivery = deliveries.get(address)
        if delivery is None or _write(delivery, attempt, now):
            return
        if find(address, attempt.run, attempt.number):
            return
    raise ServiceUnavailable(f"the log of {address.delivery_id} is busy")


def _write(delivery: Delivery, attempt: Attempt, now: int) -> bool:
    actions: Any = [{"Update": _counted(delivery, attempt, now)}, {"Put": _kept(delivery, attempt, now)}]
    try:
        aws.dynamodb().transact_write_items(TransactItems=actions)
    except ClientError as error:
        reasons = error.response.get("CancellationReasons", [])
        if any(reason.get("Code") in _LOST for reason in reasons):
            return False
        raise
    return True


def _counted(delivery: Delivery, attempt: Attempt, now: int) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "status": _status(delivery, attempt),
        "attempts": delivery.attempts + 1,
        "last_status": attempt.status,
        "url": attempt.url,
        "updated_at": now,
        "ttl": deliveries.ttl(now),
    }
    removed = ""
    if attempt.next_in is not None:
        changes["next_attempt_at"] = now + attempt.next_in * 1000
    elif attempt.trigger != MANUAL:
        removed = " REMOVE next_attempt_at"
    return {
        "TableName": settings().batches_table,
        "Key": items.values(delivery.address.key),
        "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in changes) + removed,
        "ConditionExpression": "attempts = :seen",
        "ExpressionAttributeNames": {f"#{name}": name for name in changes},
        "ExpressionAttributeValues": items.values(
            {":seen": delivery.attempts, **{f":{name}": value for name, value in changes.items()}}
        ),
    }


def _status(delivery: Delivery, attempt: Attempt) -> Status:
    """What was once delivered stays so; an attempt by hand decides nothing unless it succeeds."""
    if attempt.delivered or delivery.status is Status.DELIVERED:
        return Status.DELIVERED
    if attempt.trigger == MANUAL:
        return delivery.status
    return Status.PENDING if attempt.next_in is not None else Status.FAILED


def _kept(delivery: Delivery, attempt: Attempt, now: int) -> dict[str, Any]:
    row = _key(delivery.address, attempt.run, attempt.number) | {
        "place": delivery.attempts + 1,
        "url": attempt.url,
        "at": attempt.at,
        "status_code": attempt.status,
        "duration_ms": attempt.duration_ms,
        "answer": attempt.answer[:ANSWER_BYTES],
        "next_in": attempt.next_in,
        "ttl": deliveries.ttl(now),
    }
    return {
        "TableName": settings().batches_table,
        "Item": items.values(row),
        "ConditionExpression": "attribute_not_exists(pk)",
    }


def find(address: Address, run: str, number: int) -> Attempt | None:
    answer = aws.dynamodb().get_item(
        TableName=settings().batches_table, Key=items.values(_key(address, run, number)), ConsistentRead=True
    )
    return _from_row(items.plain(answer["Item"])) if "Item" in answer else None


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
    found = [_from_row(items.plain(item)) for page in pages for item in page["Items"]]
    return sorted(found, key=lambda attempt: attempt.place)


def _key(address: Address, run: str, number: int) -> dict[str, Any]:
    return {"pk": address.partition, "sk": f"{address.sort_key}#{run}.{number:02d}"}


def _from_row(row: Mapping[str, Any]) -> Attempt:
    run, _, number = str(row["sk"]).rpartition("#")[2].rpartition(".")
    return Attempt(
        run=run,
        number=int(number),
        place=row["place"],
        url=row["url"],
        at=row["at"],
        status=row["status_code"],
        duration_ms=row["duration_ms"],
        answer=row["answer"],
        next_in=row.get("next_in"),
    )
