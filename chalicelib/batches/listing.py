"""The batches and jobs of an account, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from chalicelib import aws
from chalicelib.batches import items, store
from chalicelib.batches.model import Batch, Job
from chalicelib.settings import settings

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    items: list[T]
    total: int
    """Of all pages."""


def batches(account: str, face: str, *, limit: int, offset: int) -> Page[Batch]:
    """Without those that were accepted as one job."""
    found = [batch for batch in _newest_first(account, face) if not batch.single]
    return Page(found[offset : offset + limit], len(found))


def jobs(account: str, face: str, *, limit: int, offset: int) -> Page[Job]:
    """In the order of their batch within it. Only the batches of the page are loaded."""
    page: list[Job] = []
    before = 0
    for batch in _newest_first(account, face):
        first, last = max(offset - before, 0), min(offset + limit - before, batch.total)
        if first < last:
            loaded = store.load(batch.token)
            page += loaded[1][first:last] if loaded else []
        before += batch.total
    return Page(page, before)


def _newest_first(account: str, face: str) -> Iterator[Batch]:
    """By an index that follows the table after a moment, so a batch accepted just now may be missing."""
    pages = aws.dynamodb().get_paginator("query")
    for page in pages.paginate(
        TableName=settings().batches_table,
        IndexName="by_account",
        KeyConditionExpression="account = :account",
        FilterExpression="face = :face AND attribute_not_exists(deleted_at)",
        ExpressionAttributeValues=items.values({":account": account, ":face": face}),
        ScanIndexForward=False,
    ):
        yield from map(items.to_batch, page["Items"])
