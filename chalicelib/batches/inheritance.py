"""The first of the equals of a cancelled job takes its place, for the others and in the order."""

from __future__ import annotations

from typing import Any

from chalicelib.batches import items, store, transactions
from chalicelib.batches.model import Job, JobStatus
from chalicelib.settings import settings


def hand_over(job: Job, heir: Job) -> Job | None:
    """The cancelled job, which nobody but its heir waits for any more; None if either has changed. It is one
    write, so that there is never a second heir."""
    rest = [index for index in job.dependents if index != heir.index]
    given = _update(
        job,
        "SET dependents = :heir",
        "#status = :cancelled AND #attempt = :attempt AND dependents = :seen",
        {":heir": [heir.index], ":seen": list(job.dependents), ":cancelled": JobStatus.CANCELLED},
    )
    taken = _update(
        heir,
        ("SET dependents = :rest " if rest else "") + "REMOVE same_as",
        "#status = :queued AND #attempt = :attempt AND attribute_exists(same_as)",
        {":queued": JobStatus.QUEUED, **({":rest": rest} if rest else {})},
    )
    return store.get_job(job.token, job.index) if transactions.write([given, taken]) else None


def _update(job: Job, update: str, condition: str, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": settings().batches_table,
            "Key": items.key(job.token, job.index),
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#status": "status", "#attempt": "attempt"},
            "ExpressionAttributeValues": items.values({**values, ":attempt": job.attempt}),
        }
    }
