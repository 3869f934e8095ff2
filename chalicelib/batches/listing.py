"""The batches and jobs of an account, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from chalicelib import aws
from chalicelib.batches import items, store
from chalicelib.batches.model import Batch, BatchStatus, Job, JobStatus
from chalicelib.settings import settings

T = TypeVar("T")
_MOST_LOADED: Final = 200
"""Batches that one page of jobs may read; it is short when few of their jobs were wanted."""
_COUNTED: Final = {JobStatus.COMPLETED: "done", JobStatus.FAILED: "failed", JobStatus.CANCELLED: "cancelled"}


@dataclass(frozen=True)
class Page(Generic[T]):
    items: list[T]
    total: int
    """Of all pages."""


@dataclass(frozen=True)
class Place:
    """A job that a page ended with."""

    created_at: int
    """Of its batch."""
    token: str
    index: int


def batches(
    account: str, face: str, *, limit: int, offset: int, statuses: Collection[BatchStatus] | None = None
) -> Page[Batch]:
    """Without those that were accepted as one job. `statuses` None: whatever they have."""
    found = [
        batch
        for batch in _newest_first(account, face)
        if not batch.single and (statuses is None or batch.status in statuses)
    ]
    return Page(found[offset : offset + limit], len(found))


def jobs(
    account: str, face: str, *, limit: int, offset: int, statuses: Collection[JobStatus] | None = None
) -> Page[Job]:
    """In the order of their batch within it. Only the batches of the page are loaded, and open ones where
    what has not ended is asked for."""
    page: list[Job] = []
    before = 0
    for batch in _newest_first(account, face):
        indexes = _indexes(batch, statuses)
        part = indexes[max(offset - before, 0) : max(offset + limit - before, 0)]
        if part:
            page += _loaded(batch, part, statuses)
        before += len(indexes)
    return Page(page, before)


def jobs_after(
    account: str, face: str, *, limit: int, after: Place | None, statuses: Collection[JobStatus] | None = None
) -> tuple[list[tuple[Job, Batch]], Place | None]:
    """Each with its batch, and where the next page begins; None: there is none. In the order of `jobs`."""
    found: list[tuple[Job, Batch]] = []
    last: Place | None = None
    for number, batch in enumerate(_from(account, face, after), start=1):
        seen = after.index if after and after.token == batch.token else 0
        indexes = [index for index in _indexes(batch, statuses) if index > seen]
        for job in _loaded(batch, indexes, statuses) if indexes else ():
            if len(found) == limit:
                return found, last
            found.append((job, batch))
            last = Place(batch.created_at, batch.token, job.index)
        if number == _MOST_LOADED:
            return found, Place(batch.created_at, batch.token, batch.total)
    return found, None


def _indexes(batch: Batch, statuses: Collection[JobStatus] | None) -> list[int]:
    """Of its jobs with such a status. Those that have ended stand in the batch."""
    if statuses is None:
        return list(range(1, batch.total + 1))
    if batch.ended_at is None and not all(status.ended for status in statuses):
        return [job.index for job in _loaded(batch, range(1, batch.total + 1), statuses)]
    counted: frozenset[int] = frozenset()
    return sorted(counted.union(*(getattr(batch, _COUNTED[each]) for each in statuses if each.ended)))


def _loaded(batch: Batch, indexes: Collection[int], statuses: Collection[JobStatus] | None) -> list[Job]:
    loaded = store.load(batch.token)
    return [
        job
        for job in (loaded[1] if loaded else ())
        if job.index in indexes and (statuses is None or job.status in statuses)
    ]


def _from(account: str, face: str, after: Place | None) -> Iterator[Batch]:
    """From the batch of that place on."""
    begun = store.get_batch(after.token) if after else None
    if begun and (begun.account, begun.face) == (account, face):
        yield begun
    yield from _newest_first(account, face, after)


def _newest_first(account: str, face: str, after: Place | None = None) -> Iterator[Batch]:
    """By an index that follows the table after a moment, so a batch accepted just now may be missing."""
    start: dict[str, Any] = {"ExclusiveStartKey": _key(account, after)} if after else {}
    pages = aws.dynamodb().get_paginator("query")
    for page in pages.paginate(
        TableName=settings().batches_table,
        IndexName="by_account",
        KeyConditionExpression="account = :account",
        FilterExpression="face = :face AND attribute_not_exists(deleted_at)",
        ExpressionAttributeValues=items.values({":account": account, ":face": face}),
        ScanIndexForward=False,
        **start,
    ):
        yield from map(items.to_batch, page["Items"])


def _key(account: str, place: Place) -> items.Item:
    return items.key(place.token, 0) | items.values({"account": account, "created_at": place.created_at})
