"""What a batch has used goes into its account's usage, once: the batch and the account change together.

After another round of the batch only what that has added goes there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.batches import items, kinds, store
from chalicelib.batches.model import Batch, Job, JobStatus
from chalicelib.errors import ServiceUnavailable
from chalicelib.settings import settings
from chalicelib.usage import days, priced
from chalicelib.usage.amounts import Amounts
from chalicelib.usage.used import Used

_TRIES: Final = 3
"""DynamoDB refuses all but one of those who write to a row at once."""
_ENDED: Final = {
    JobStatus.COMPLETED: "jobs_completed",
    JobStatus.FAILED: "jobs_failed",
    JobStatus.CANCELLED: "jobs_cancelled",
}


def of_job(job: Job) -> Amounts:
    """Nothing of a job that no worker has taken: what took the outcome of an equal one has used nothing."""
    if not job.attempt:
        return Amounts()
    used = kinds.used(job.kind, job.outcome or {})
    return priced.work(Used(**used), compute_ms=job.compute_ms, compute_mb_ms=job.compute_mb_ms)


def of_batch(jobs: Sequence[Job]) -> Amounts:
    ends = (Amounts(**{_ENDED[job.status]: 1}) for job in jobs if job.status.ended)
    return sum((*map(of_job, jobs), *ends), start=priced.batch())


def record(batch: Batch, jobs: Sequence[Job]) -> Batch:
    """The batch as it then says what it has used. `jobs`: all of them, read after the batch had ended. Safe
    to repeat. Raises ServiceUnavailable when others write to the same rows at this moment."""
    total = of_batch(jobs)
    if _says(batch, total):
        return batch
    for _ in range(_TRIES):
        if _written(batch, total):
            return replace(batch, usage=total.to_json())
        now = store.get_batch(batch.token)
        if now is None or _says(now, total):
            return now or batch
        if now.usage != batch.usage:
            break  # by another round, which `jobs` may know nothing of
    raise ServiceUnavailable("The usage of this account is written by others at this moment")


def _says(batch: Batch, total: Amounts) -> bool:
    return batch.usage is not None and Amounts.from_json(batch.usage) == total


def _written(batch: Batch, total: Amounts) -> bool:
    added = total - Amounts.from_json(batch.usage or {})
    account = days.addition(batch.account, batch.key_id, batch.created_at, batch.token, added)
    actions: Any = [_noted(batch, total), account]
    try:
        aws.dynamodb().transact_write_items(TransactItems=actions)
    except ClientError as error:
        if error.response["Error"]["Code"] != "TransactionCanceledException":
            raise
        return False
    return True


def _noted(batch: Batch, total: Amounts) -> dict[str, Any]:
    """On the batch, if it still says what it did, and is no tombstone."""
    before = items.encode(dict(batch.usage)) if batch.usage is not None else None
    unchanged = "#usage = :before" if before else "attribute_not_exists(#usage)"
    there = "attribute_exists(ended_at) AND attribute_not_exists(deleted_at)"
    update = {
        "TableName": settings().batches_table,
        "Key": items.key(batch.token, 0),
        "UpdateExpression": "SET #usage = :total",
        "ConditionExpression": f"{there} AND {unchanged}",
        "ExpressionAttributeNames": {"#usage": "usage"},
        "ExpressionAttributeValues": items.values(
            {":total": items.encode(total.to_json()), ":before": before}
        ),
    }
    return {"Update": update}
