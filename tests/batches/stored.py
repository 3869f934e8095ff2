"""All that the cloud holds of a batch."""

from __future__ import annotations

from typing import Any

from chalicelib import aws
from chalicelib.batches import items, open_index
from chalicelib.settings import settings


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
