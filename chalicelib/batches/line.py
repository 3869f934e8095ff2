"""Jobs of an account that wait until fewer of its jobs run: by priority, then in the order of acceptance.

Items `R#<account>` / `L#<rank>#<accepted at>#<job id>`. A job in the line has no message on any queue;
whoever frees a slot sends the next one (ADR 6).
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib import aws
from chalicelib.batches import ids, insertion, items, queues, slots, store
from chalicelib.batches.model import PRIORITIES, Job, JobStatus
from chalicelib.settings import settings


def join(job: Job, now: int) -> None:
    """Then look again: the last slot may have been freed before the job stood in the line."""
    ttl = (now + insertion.UNSETTLED_TTL_MS) // 1000
    place = items.values({"pk": _pk(job.account), "sk": _place(job), "ttl": ttl})
    aws.dynamodb().put_item(TableName=settings().batches_table, Item=place)
    wake(job.account)


def leave(job: Job) -> None:
    _remove(job.account, _place(job))


def wake(account: str) -> None:
    """Send those at the head of the line that there are slots for. A slot is kept for each of them, so that
    nobody overtakes it on its way; sent first, then removed: what fails between is sent once more."""
    while place := next(_places(account, page=1), None):
        address = ids.parse(place.rpartition("#")[2])
        job = store.get_job(*address) if address else None
        if job and job.status is JobStatus.QUEUED and not (slots.take(job) and queues.send([job])):
            return
        _remove(account, place)


def members(account: str) -> frozenset[str]:
    """Ids of the jobs in the line."""
    return frozenset(place.rpartition("#")[2] for place in _places(account))


def _place(job: Job) -> str:
    rank = len(PRIORITIES) - PRIORITIES.index(job.priority)
    return f"L#{rank}#{job.created_at:015}#{job.id}"


def _places(account: str, page: int = 1000) -> Iterator[str]:
    """In their order."""
    pages = aws.dynamodb().get_paginator("query")
    for answer in pages.paginate(
        TableName=settings().batches_table,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :line)",
        ExpressionAttributeValues=items.values({":pk": _pk(account), ":line": "L#"}),
        ProjectionExpression="sk",
        ConsistentRead=True,
        PaginationConfig={"PageSize": page},
    ):
        yield from (item["sk"]["S"] for item in answer["Items"])


def _remove(account: str, place: str) -> None:
    key = items.values({"pk": _pk(account), "sk": place})
    aws.dynamodb().delete_item(TableName=settings().batches_table, Key=key)


def _pk(account: str) -> str:
    return f"R#{account}"
