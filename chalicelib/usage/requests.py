"""Requests of an account's keys, as the limiter counts them: in the rows of the keys themselves."""

from __future__ import annotations

from datetime import date

from chalicelib import aws
from chalicelib.accounts import account_rows, counters, key_reading, key_rows
from chalicelib.accounts.key_rows import Key
from chalicelib.clock import Clock, now_ms
from chalicelib.settings import settings


def in_hour(key: Key, now: int) -> int:
    return key.counters.get(counters.hour(now), 0)


def on(key: Key, day: date) -> int:
    return key.counters.get(f"d{day:%Y%m%d}", 0)


def in_month(key: Key, day: date) -> int:
    return key.counters.get(f"m{day:%Y%m}", 0)


def failed_on(key: Key, day: date) -> int:
    return key.counters.get(f"f{day:%Y%m%d}", 0)


def failed(key_hash: str, clock: Clock = now_ms) -> None:
    """One admitted request of a key was answered with 400 or above; nothing if there is no such key.
    `key_hash`: SHA-256 of the key in hex, as its row is named."""
    try:
        aws.dynamodb().update_item(
            TableName=settings().accounts_table,
            Key=key_rows.address(key_hash),
            UpdateExpression="ADD #failed :one",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeNames={"#failed": counters.failed(clock())},
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException:
        pass  # deleted meanwhile


def keys_of(account: str) -> list[Key]:
    """Those in use first, then by name."""
    record = account_rows.get(account)
    found = key_reading.read(record.keys | record.retired) if record else []
    return sorted(found, key=lambda key: (key.revoked_at is not None, key.name, key.id))
