"""All that the cloud holds of a batch."""

from __future__ import annotations

from typing import Any

from chalicelib import aws
from chalicelib.batches import items, open_index
from chalicelib.batches.model import Batch
from chalicelib.settings import settings
from chalicelib.webhooks import attempts, deliveries
from chalicelib.webhooks.addresses import Address


def rows(token: str) -> list[dict[str, Any]]:
    answer = aws.dynamodb().query(
        TableName=settings().batches_table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues=items.values({":pk": f"B#{token}"}),
    )
    return [items.plain(item) for item in answer["Items"]]


def keys(part: str = "") -> list[str]:
    """Of objects that have `part` in their key."""
    found = aws.s3().list_objects_v2(Bucket=settings().bucket).get("Contents", [])
    return [each["Key"] for each in found if part in each["Key"]]


def put(key: str) -> str:
    aws.s3().put_object(Bucket=settings().bucket, Key=key, Body=b"x")
    return key


def to_be_looked_at() -> list[str]:
    return list(open_index.tokens(open_index.DELETING, 10**15))


def log_delivery(batch: Batch, now: int) -> None:
    """A webhook's row, and that of its one attempt."""
    address, url = Address(batch.event_id, "0"), "https://hooks.example/"
    deliveries.begin(
        deliveries.Delivery(
            address=address,
            account=batch.account,
            event_type="batch.completed",
            url=url,
            created_at=now,
            updated_at=now,
        )
    )
    made = attempts.Attempt(
        run=attempts.SCHEDULED, number=1, url=url, at=now, status=500, duration_ms=12, answer="no"
    )
    attempts.record(address, made, now)
