"""The writes that accept a batch: all of them or none count, as the batch item comes last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib import aws
from chalicelib.batches import items, open_index, transactions
from chalicelib.batches.model import Batch, Job, JobStatus
from chalicelib.settings import settings

UNSETTLED_TTL_MS = 30 * 24 * 3600 * 1000
"""What was accepted half-way, or never ended, is dropped after this."""
_CHUNK = 98  # of the 100 actions of a transaction, leaving room for the batch item and its parent


def insert(batch: Batch, jobs: Sequence[Job], parent: Job | None = None, takes: Sequence[str] = ()) -> bool:
    """Put all jobs, then the batch item with the names it takes: it is the commit point. False if any of
    them is taken, or if the job that asks for the batch is no longer in its asker's hands."""
    ttl = (batch.created_at + UNSETTLED_TTL_MS) // 1000
    rows = [items.from_job(job, ttl) for job in jobs]
    extra = {"ttl": ttl, **open_index.place(open_index.OPEN, batch.token, batch.created_at)}
    head = items.from_batch(batch, extra)
    names = [items.name_key(name) | items.values({"token": batch.token, "ttl": ttl}) for name in takes]
    size = _CHUNK - len(names)
    last = max(0, (len(rows) - 1) // size * size)
    chunks = [[_put_absent(row) for row in rows[n : n + size]] for n in range(0, last, size)]
    commit = [_put_absent(row) for row in (*rows[last:], *names, head)]
    commit += [_asks_for(batch, parent)] if parent else []
    return all(transactions.write(actions) for actions in (*chunks, commit))


def taker(name: str) -> str | None:
    """Token of the batch that has taken a name."""
    answer = aws.dynamodb().get_item(
        TableName=settings().batches_table, Key=items.name_key(name), ConsistentRead=True
    )
    item = answer.get("Item")
    return item["token"]["S"] if item else None


def _put_absent(row: items.Item) -> dict[str, Any]:
    put = {"TableName": settings().batches_table, "Item": row}
    return {"Put": {**put, "ConditionExpression": "attribute_not_exists(pk)"}}


def _asks_for(batch: Batch, parent: Job) -> dict[str, Any]:
    """The job that asks still runs in this attempt and no later one, and from now on knows the batch."""
    update = {
        "TableName": settings().batches_table,
        "Key": items.key(parent.token, parent.index),
        "UpdateExpression": "SET child = :child",
        "ConditionExpression": "#status = :processing AND attempt = :attempt",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": items.values(
            {":processing": JobStatus.PROCESSING, ":attempt": parent.attempt, ":child": batch.token}
        ),
    }
    return {"Update": update}
