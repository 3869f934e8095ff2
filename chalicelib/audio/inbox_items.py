"""What is known of an upload: one item of the batches table, which holds what comes and goes with the work.

An id begins with its item's key, which follows from an Idempotency-Key if there is one, and ends with
what nobody can guess. The API imports this.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any, Final

from chalicelib import aws
from chalicelib.audio.inbox import USABLE_MS, Upload
from chalicelib.errors import IdempotencyConflict
from chalicelib.settings import settings

_REMEMBERED_MS: Final = 3 * USABLE_MS
"""Longer than it is usable, for repeats of the request that has used it."""
_ADDRESS_DIGITS: Final = 20
_OTHER_BODY = "This Idempotency-Key was used with another request body: send a new key"


def announce(
    account: str,
    *,
    size: int,
    content_type: str,
    filename: str | None,
    idempotency: tuple[str, str] | None,
    now: int,
) -> tuple[Upload, bool]:
    """A new upload, or with True the one that the same `idempotency` (key and path) has led to before.

    Raises IdempotencyConflict when that was for another file."""
    address = _address(account, idempotency)
    new = Upload(
        id=f"upload_{address}{secrets.token_hex(16)}",
        owner=account,
        size=size,
        content_type=content_type,
        filename=filename,
        expires_at=now + USABLE_MS,
    )
    known = _put(new, now)
    if known is None:
        return new, False
    if (known.size, known.content_type, known.filename) != (size, content_type, filename):
        raise IdempotencyConflict(_OTHER_BODY)
    return known, True


def find(account: str, upload_id: str) -> Upload | None:
    """Whether or not it has expired; None for another account's."""
    answer = aws.dynamodb().get_item(
        TableName=settings().batches_table, Key=_item_key(upload_id), ConsistentRead=True
    )
    found = _from_item(answer["Item"]) if "Item" in answer else None
    return found if found and (found.id, found.owner) == (upload_id, account) else None


def remove(upload_id: str) -> None:
    aws.dynamodb().delete_item(TableName=settings().batches_table, Key=_item_key(upload_id))


def _address(account: str, idempotency: tuple[str, str] | None) -> str:
    if idempotency is None:
        return secrets.token_hex(_ADDRESS_DIGITS // 2)
    return hashlib.sha256("\0".join((account, *idempotency)).encode()).hexdigest()[:_ADDRESS_DIGITS]


def _item_key(upload_id: str) -> dict[str, Any]:
    address = upload_id.removeprefix("upload_")[:_ADDRESS_DIGITS]
    return {"pk": {"S": f"U#{address}"}, "sk": {"S": "#"}}


def _put(new: Upload, now: int) -> Upload | None:
    """The one that is there already; one that has expired gives way."""
    item = {
        **_item_key(new.id),
        "upload_id": {"S": new.id},
        "owner": {"S": new.owner},
        "size": {"N": str(new.size)},
        "content_type": {"S": new.content_type},
        "expires_at": {"N": str(new.expires_at)},
        "ttl": {"N": str((now + _REMEMBERED_MS) // 1000)},
        **({"filename": {"S": new.filename}} if new.filename else {}),
    }
    try:
        aws.dynamodb().put_item(
            TableName=settings().batches_table,
            Item=item,
            ConditionExpression="attribute_not_exists(pk) OR expires_at <= :now",
            ExpressionAttributeValues={":now": {"N": str(now)}},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException as lost:
        there: Any = lost.response
        return _from_item(there["Item"])
    return None


def _from_item(item: Mapping[str, Any]) -> Upload:
    return Upload(
        id=item["upload_id"]["S"],
        owner=item["owner"]["S"],
        size=int(item["size"]["N"]),
        content_type=item["content_type"]["S"],
        filename=item["filename"]["S"] if "filename" in item else None,
        expires_at=int(item["expires_at"]["N"]),
    )
