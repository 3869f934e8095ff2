"""Rows of keys, many at once."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any, Final

from chalicelib import aws
from chalicelib.accounts import key_rows
from chalicelib.accounts.key_rows import Key
from chalicelib.errors import ServiceUnavailable
from chalicelib.settings import settings

_AT_ONCE: Final = 100
_TRIES: Final = 5
_PAUSE: Final = 0.1


def find(key: str) -> Key | None:
    """A key by itself, whatever its state."""
    address = key_rows.address(key_rows.hashed(key))
    item = (
        aws.dynamodb()
        .get_item(TableName=settings().accounts_table, Key=address, ConsistentRead=True)
        .get("Item")
    )
    return key_rows.from_row(item) if item else None


def read(digests: Iterable[str]) -> list[Key]:
    """Oldest first. Rows that are gone are left out."""
    found = map(key_rows.from_row, raw(digests))
    return sorted(found, key=lambda key: (key.created_at, key.id))


def raw(digests: Iterable[str]) -> Iterator[dict[str, Any]]:
    ordered = sorted(digests)
    for start in range(0, len(ordered), _AT_ONCE):
        yield from _page([key_rows.address(digest) for digest in ordered[start : start + _AT_ONCE]])


def _page(addresses: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    table = settings().accounts_table
    left: Any = {table: {"Keys": addresses, "ConsistentRead": True}}
    for attempt in range(_TRIES):
        answer = aws.dynamodb().batch_get_item(RequestItems=left)
        yield from answer["Responses"].get(table, [])
        left = answer.get("UnprocessedKeys")
        if not left:
            return
        time.sleep(_PAUSE * 2**attempt)
    raise ServiceUnavailable("DynamoDB did not read all keys")
