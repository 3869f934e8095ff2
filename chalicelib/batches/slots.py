"""How many jobs of an account run at once: a set in one row of it, of who runs or is about to.

`R#<account>` / `#`: `running`, of job ids with the number of the attempt. So a worker that is late frees its
own attempt's slot and never that of the next; a job that the set holds twice is changing hands.
"""

from __future__ import annotations

from typing import Any

from chalicelib import aws
from chalicelib.batches import ids, items, store
from chalicelib.batches.model import Job, JobStatus
from chalicelib.settings import settings


def take(job: Job) -> bool:
    """A slot for the next attempt of a queued job, or of one whose lease ran out. False if all are taken; who
    has one already keeps it."""
    if job.concurrent is None:
        return True
    own = {":next": _slot(job, job.attempt + 1), ":last": _slot(job, job.attempt), ":most": job.concurrent}
    room = "attribute_not_exists(running) OR size(running) < :most"
    try:
        _update(
            job.account,
            "ADD running :slots",
            {":slots": {own[":next"]}, **own},
            f"{room} OR contains(running, :next) OR contains(running, :last)",
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException:
        return False
    return True


def free(job: Job, *attempts: int) -> bool:
    """Whether one of them had a slot."""
    slots = {_slot(job, attempt) for attempt in attempts}
    return bool(slots & _remove(job.account, slots))


def free_dead(account: str) -> None:
    """The slots of attempts that are over: their workers died before they freed them. The set is read before
    the jobs, since an attempt that is over by then stays so."""
    dead = {slot for slot in _running(account) if _is_over(slot)}
    if dead:
        _remove(account, dead)


def _is_over(slot: str) -> bool:
    job_id, _, attempt = slot.partition(".")
    address = ids.parse(job_id)
    job = store.get_job(*address) if address else None
    if job is None or job.status.ended:
        return True
    runs = job.status is JobStatus.PROCESSING and job.attempt == int(attempt)
    return not runs and job.attempt + 1 != int(attempt)


def _slot(job: Job, attempt: int) -> str:
    return f"{job.id}.{attempt}"


def _running(account: str) -> frozenset[str]:
    answer = aws.dynamodb().get_item(
        TableName=settings().batches_table, Key=_key(account), ConsistentRead=True
    )
    return _in(answer.get("Item"))


def _remove(account: str, slots: set[str]) -> frozenset[str]:
    """Who had one before."""
    return _in(_update(account, "DELETE running :slots", {":slots": slots}).get("Attributes"))


def _in(item: Any) -> frozenset[str]:
    found: frozenset[str] = items.plain(item or {}).get("running", frozenset())
    return found


def _update(account: str, update: str, values: dict[str, Any], condition: str | None = None) -> Any:
    given: Any = {"ConditionExpression": condition} if condition else {}
    return aws.dynamodb().update_item(
        TableName=settings().batches_table,
        Key=_key(account),
        UpdateExpression=update,
        ExpressionAttributeValues=items.values(values),
        ReturnValues="UPDATED_OLD",
        **given,
    )


def _key(account: str) -> items.Item:
    return items.values({"pk": f"R#{account}", "sk": "#"})
