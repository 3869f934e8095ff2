"""The end of keys. Their rows stay for 13 months, as they tell how the account was used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from chalicelib import aws
from chalicelib.accounts import account_rows, counters, key_reading, key_rows
from chalicelib.accounts.account_rows import Record
from chalicelib.accounts.key_rows import ADMIN, LIVE, Key
from chalicelib.accounts.transaction import transact
from chalicelib.errors import Conflict, NotFound, Unauthorized
from chalicelib.settings import settings

KEPT_DAYS: Final = 396
MOST_RETIRED: Final = 1000
"""Of one account; more are not listed, so that its row stays small enough to be written at all."""
_WITHOUT_END: Final = "attribute_exists(pk) AND attribute_not_exists(#ttl)"


def revoke(key: Key, now: int, by: str | None = None) -> None:
    """From the next request on. `by`: digest of the admin key that asks; None: the operator.
    Raises NotFound, Unauthorized."""
    record = _room_for_one(key.account)
    end = _ended(key, now, "SET revoked_at = :now, #ttl = :ttl", _WITHOUT_END)
    lost = transact({"Update": _moved(record, key)}, {"Update": end}, *asker(by, now))
    if lost and lost[0] < 2:
        raise no_key()
    if lost:
        raise asker_refused()


def sweep(record: Record, now: int) -> bool:
    """Whether expired keys have made room for others."""
    expired = [key for key in key_reading.read(record.keys) if key.expired(now)]
    for key in expired:
        end = _ended(key, now, "SET #ttl = :ttl", f"{_WITHOUT_END} AND expires_at <= :now")
        transact({"Update": _moved(_room_for_one(record.account), key)}, {"Update": end})
    return bool(expired)


def asker(by: str | None, now: int) -> list[dict[str, Any]]:
    """For a transaction: it happens only while the key that asks for it may."""
    if by is None:
        return []
    check = {
        "Key": key_rows.address(by),
        "ConditionExpression": f"{LIVE} AND contains(scopes, :admin)",
        "ExpressionAttributeValues": key_rows.values({":now": now, ":admin": ADMIN}),
    }
    return [{"ConditionCheck": check}]


def asker_refused() -> Unauthorized:
    return Unauthorized("The API key has lost the scope admin, or has ended, while it was asking")


def no_key() -> NotFound:
    return NotFound("No API key of this account has this id", code="KEY_NOT_FOUND")


def expired() -> Conflict:
    return Conflict("The API key has expired: make a new one", code="KEY_EXPIRED")


def _moved(record: Record, key: Key) -> dict[str, Any]:
    listed = "" if len(record.retired) >= MOST_RETIRED else " ADD retired :these"
    return {
        "Key": account_rows.address(record.account),
        "UpdateExpression": f"DELETE #keys :these{listed}",
        "ConditionExpression": "contains(#keys, :this)",
        "ExpressionAttributeNames": {"#keys": "keys"},
        "ExpressionAttributeValues": {":these": {"SS": [key.digest]}, ":this": {"S": key.digest}},
    }


def _ended(key: Key, now: int, change: str, condition: str) -> dict[str, Any]:
    ttl = (now + KEPT_DAYS * counters.DAY_MS) // 1000
    return {
        "Key": key_rows.address(key.digest),
        "UpdateExpression": change,
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#ttl": "ttl"},
        "ExpressionAttributeValues": key_rows.values({":now": now, ":ttl": ttl}),
    }


def _room_for_one(account: str) -> Record:
    """The account, without retired keys whose rows are gone if there are too many. Raises NotFound."""
    record = account_rows.get(account)
    if record is None:
        raise no_key()
    if len(record.retired) < MOST_RETIRED:
        return record
    kept = {row["pk"]["S"].removeprefix("K#") for row in key_reading.raw(record.retired)}
    return _without(record, record.retired - kept)


def _without(record: Record, gone: frozenset[str]) -> Record:
    if not gone:
        return record
    answer: Mapping[str, Any] = aws.dynamodb().update_item(
        TableName=settings().accounts_table,
        Key=account_rows.address(record.account),
        UpdateExpression="DELETE retired :gone",
        ExpressionAttributeValues={":gone": {"SS": sorted(gone)}},
        ReturnValues="ALL_NEW",
    )
    return account_rows.from_row(answer["Attributes"])
