"""The index of batches that somebody still has to look after: few, whatever the table holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from chalicelib import aws
from chalicelib.batches import items
from chalicelib.settings import settings

OPEN: Final = "open"
"""Has not ended."""
DELETING: Final = "deleting"
_SHARDS = 4


def place(state: str, token: str, at: int) -> dict[str, Any]:
    """The attributes that put a batch item into the index."""
    return {"open_shard": f"{state}#{int(token[-1], 16) % _SHARDS}", "opened_at": at}


def tokens(state: str, before: int) -> Iterator[str]:
    """Of the batches of a state that have their place by a time before that."""
    pages = aws.dynamodb().get_paginator("query")
    for shard in range(_SHARDS):
        for page in pages.paginate(
            TableName=settings().batches_table,
            IndexName="open",
            KeyConditionExpression="open_shard = :shard AND opened_at < :before",
            ExpressionAttributeValues=items.values({":shard": f"{state}#{shard}", ":before": before}),
        ):
            for item in page["Items"]:
                yield item["pk"]["S"].removeprefix("B#")
