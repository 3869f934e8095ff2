"""A batch goes for good: first it is marked, and from then on nobody sees it; then what it asked for, what it
was sent, its files and its items go.

All of it is safe to repeat. The watchdog repeats what a crash left, and does it all once more an hour later,
when nobody can still be running who read the batch before it was marked and writes something of it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import aws
from chalicelib.batches import ids, items, kinds, metering, objects, removal, store, tombstones
from chalicelib.batches.model import Batch, Job
from chalicelib.clock import Clock, now_ms
from chalicelib.errors import ServiceUnavailable, StillRunning
from chalicelib.settings import settings

log = logging.getLogger(__name__)
FIRST_LOOK_MS: Final = 60_000
"""More time than a call of the API has."""
LATE_MS: Final = 3600 * 1000
"""No function runs so long."""
_STILL_RUNS = "has not ended: wait until it has, then delete it"


def delete(batch: Batch, jobs: Sequence[Job], clock: Clock = now_ms) -> bool:
    """`jobs`: all of the batch. False if somebody else has done so.

    Raises StillRunning, and ServiceUnavailable if what it has used could not be noted."""
    _require_ended(batch, jobs)
    metering.record(batch, jobs)
    stone = _mark(batch, clock)
    if stone is None:
        return False
    try:
        _carry_out(stone, clock)
    except (ClientError, BotoCoreError, ServiceUnavailable):
        log.warning("batch half deleted; the watchdog goes on", extra={"batch": batch.id}, exc_info=True)
    return True


def resume(token: str, clock: Clock = now_ms) -> None:
    """For the watchdog."""
    stone = store.head(token)
    if stone and stone.deleted_at is not None:
        _carry_out(stone, clock)


def _require_ended(batch: Batch, jobs: Sequence[Job]) -> None:
    if batch.ended_at is None:
        raise StillRunning(f"The {'job' if batch.single else 'batch'} {_STILL_RUNS}")
    for job in jobs:
        child = store.get_batch(job.child) if job.child else None
        if child and child.ended_at is None:
            raise StillRunning(f"The batch {child.id}, which {job.id} has asked for, {_STILL_RUNS}")


def _mark(batch: Batch, clock: Clock) -> Batch | None:
    now = clock()
    return tombstones.put(batch, now=now, look_at=now + FIRST_LOOK_MS)


def _carry_out(stone: Batch, clock: Clock) -> None:
    """The items go last, as they tell what else there is."""
    rows = list(_rows(stone.token))
    for row in rows:
        _delete_child(row.get("child"), clock)
        if "request" in row:
            kinds.forget(stone.kind)(_job_id(stone, row), json.loads(row["request"]))
    objects.remove_all(stone)
    removal.remove([items.values({"pk": row["pk"], "sk": row["sk"]}) for row in rows])
    late = (stone.deleted_at or 0) + LATE_MS
    tombstones.look_again(stone, look_at=late if clock() < late else None)


def _delete_child(token: str | None, clock: Clock) -> None:
    """If it is deleted already, somebody carries it out."""
    child = store.load(token) if token else None
    if child:
        metering.record(*child)
    stone = _mark(child[0], clock) if child else None
    if stone:
        _carry_out(stone, clock)


def _job_id(stone: Batch, row: dict[str, Any]) -> str:
    return ids.job_id(stone.token, items.index_in(row["sk"]))


def _rows(token: str) -> Iterator[dict[str, Any]]:
    """Jobs and webhook attempts: all that has the batch's key but its head."""
    pages = aws.dynamodb().get_paginator("query")
    for page in pages.paginate(
        TableName=settings().batches_table,
        KeyConditionExpression="pk = :pk AND sk > :head",
        ProjectionExpression="pk, sk, child, #request",
        ExpressionAttributeNames={"#request": "request"},
        ExpressionAttributeValues=items.values({":pk": f"B#{token}", ":head": items.sort_key(0)}),
        ConsistentRead=True,
    ):
        yield from map(items.plain, page["Items"])
