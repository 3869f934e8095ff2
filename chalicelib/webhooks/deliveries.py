"""The log of webhooks: one row for each delivery, beside the batch that it is about, and before its
attempts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from chalicelib import aws
from chalicelib.batches import items
from chalicelib.batches.store import KEPT_AFTER_EXPIRY_MS
from chalicelib.settings import settings
from chalicelib.webhooks import addresses
from chalicelib.webhooks.addresses import Address


class Status(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Times are milliseconds since the epoch."""

    address: Address
    account: str
    event_type: str
    url: str | None
    """Of the last attempt, without its query, which may hold a secret. None: there was no attempt."""
    status: Status = Status.PENDING
    attempts: int = 0
    last_status: int | None = None
    """Of the last answer; 0: there was none."""
    reason: str | None = None
    """Why it was cancelled."""
    created_at: int
    updated_at: int
    next_attempt_at: int | None = None
    recovery: str | None = None
    """The last recovery that began it again."""

    @property
    def id(self) -> str:
        return self.address.delivery_id


def shown(url: str) -> str:
    """Without query, fragment and user-info."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def begin(delivery: Delivery) -> None:
    """Put it on record before its first attempt. What is on record stays as it is."""
    try:
        aws.dynamodb().put_item(
            TableName=_table(),
            Item=items.values(delivery.address.key | to_row(delivery)),
            ConditionExpression="attribute_not_exists(pk)",
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException:
        pass


def get(address: Address) -> Delivery | None:
    key = items.values(address.key)
    item = aws.dynamodb().get_item(TableName=_table(), Key=key, ConsistentRead=True).get("Item")
    return from_row(items.plain(item)) if item else None


def cancel(address: Address, reason: str, now: int) -> None:
    """What is waiting for its next attempt will not be tried again."""
    changes = {"status": Status.CANCELLED, "reason": reason, "updated_at": now, "ttl": ttl(now)}
    pending = {":pending": Status.PENDING}
    update(address, "#status = :pending", changes, pending, removed=("next_attempt_at",))


def recover(address: Address, recovery: str, now: int) -> bool:
    """Take what has failed or was cancelled for a fresh schedule. True also if this recovery holds it, but
    not if it has failed again under it."""
    changes = {"status": Status.PENDING, "recovery": recovery, "updated_at": now, "next_attempt_at": now}
    condition = (
        "(#status IN (:failed, :cancelled) AND (attribute_not_exists(#recovery) OR #recovery <> :recovery))"
        " OR (#status = :status AND #recovery = :recovery)"
    )
    ended = {":failed": Status.FAILED, ":cancelled": Status.CANCELLED}
    return update(address, condition, changes, ended, removed=("reason",))


def update(
    address: Address,
    condition: str,
    changes: Mapping[str, Any],
    compared: Mapping[str, Any] | None = None,
    *,
    removed: Sequence[str] = (),
) -> bool:
    """False if the condition does not hold. It may name changed fields as `#field`, their new values as
    `:field`, and the values in `compared`."""
    values = {f":{name}": value for name, value in changes.items()} | dict(compared or {})
    sets = ", ".join(f"#{name} = :{name}" for name in changes)
    removes = f" REMOVE {', '.join(removed)}" if removed else ""
    try:
        aws.dynamodb().update_item(
            TableName=_table(),
            Key=items.values(address.key),
            UpdateExpression=f"SET {sets}{removes}",
            ConditionExpression=condition,
            ExpressionAttributeNames={f"#{name}": name for name in changes},
            ExpressionAttributeValues=items.values(values),
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException:
        return False
    return True


def ttl(now: int) -> int:
    """Seconds. Counted from the last attempt, whatever life the results have."""
    return (now + settings().retention_seconds * 1000 + KEPT_AFTER_EXPIRY_MS) // 1000


def to_row(delivery: Delivery) -> dict[str, Any]:
    """Without its key. `delivery_account`, not `account`: only batches belong in the by_account index."""
    return {
        "delivery_account": delivery.account,
        "event_type": delivery.event_type,
        "endpoint": delivery.address.endpoint_id,
        "url": delivery.url,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "created_at": delivery.created_at,
        "updated_at": delivery.updated_at,
        "next_attempt_at": delivery.next_attempt_at,
        "ttl": ttl(delivery.created_at),
    }


def from_row(row: Mapping[str, Any]) -> Delivery:
    return Delivery(
        address=addresses.of_row(row["sk"]),
        account=row["delivery_account"],
        event_type=row["event_type"],
        url=row.get("url"),
        status=Status(row["status"]),
        attempts=row["attempts"],
        last_status=row.get("last_status"),
        reason=row.get("reason"),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        next_attempt_at=row.get("next_attempt_at"),
        recovery=row.get("recovery"),
    )


def _table() -> str:
    return settings().batches_table
