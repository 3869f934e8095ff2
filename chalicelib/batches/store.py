"""DynamoDB: every conditional write of the lifecycle, one function each.

Each is safe to repeat. A write that lost its condition says so by its return value and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib import aws
from chalicelib.batches import items, lifetimes
from chalicelib.batches.model import Batch, Failure, Job, JobStatus, Spent
from chalicelib.settings import settings

_DAY_MS = 24 * 3600 * 1000
_NOTHING = Spent()
KEPT_AFTER_EXPIRY_MS = 7 * _DAY_MS
"""How long an expired job still answers that it has expired."""


def _table() -> str:
    return settings().batches_table


def _seconds(ms: int) -> int:
    return ms // 1000


# ---------------------------------------------------------------- read


def get_batch(token: str) -> Batch | None:
    """None also for one that is being deleted."""
    found = head(token)
    return found if found and found.deleted_at is None else None


def head(token: str) -> Batch | None:
    """Deleted or not."""
    item = _get(token, 0)
    return items.to_batch(item) if item else None


def get_job(token: str, index: int) -> Job | None:
    item = _get(token, index)
    return items.to_job(item) if item else None


def _get(token: str, index: int) -> Mapping[str, Any] | None:
    answer = aws.dynamodb().get_item(TableName=_table(), Key=items.key(token, index), ConsistentRead=True)
    return answer.get("Item")


def load(token: str) -> tuple[Batch, list[Job]] | None:
    """A whole batch by one query (pages of 1 MB), jobs in order; None also for one that is being deleted."""
    batch: Batch | None = None
    jobs: list[Job] = []
    pages = (
        aws.dynamodb()
        .get_paginator("query")
        .paginate(
            TableName=_table(),
            KeyConditionExpression="pk = :pk AND sk BETWEEN :head AND :last",
            ExpressionAttributeValues=items.values({":pk": f"B#{token}", ":head": "#", ":last": "J#~"}),
            ConsistentRead=True,
        )
    )
    for page in pages:
        for item in page["Items"]:
            if item["sk"]["S"] == "#":
                batch = items.to_batch(item)
            elif item["sk"]["S"].startswith("J#"):
                jobs.append(items.to_job(item))
    return (batch, jobs) if batch and batch.deleted_at is None else None


# ---------------------------------------------------------------- the moves of a job


@dataclass(frozen=True)
class Write:
    """`won`: the condition held. `job`: as it now stands; None if there is no such job."""

    won: bool
    job: Job | None


def may_claim(job: Job, now: int) -> bool:
    expired = job.status is JobStatus.PROCESSING and job.lease_until < now
    return job.status is JobStatus.QUEUED or expired


def claim(token: str, index: int, *, now: int, lease_until: int, after: int | None = None) -> Write:
    """queued, or processing under a lease that ran out, to processing under ours. Whoever runs is no longer
    held: its message may arrive before `let_go` has noted that it was sent. `after`: only as the attempt that
    follows this one."""
    return _update_job(
        (token, index),
        "SET #status = :processing, attempt = attempt + :one, lease_until = :lease, "
        "started_at = if_not_exists(started_at, :now), progress = :zero, held = :no REMOVE step, #error",
        "(#status = :queued OR (#status = :processing AND lease_until < :now))"
        + (" AND attempt = :after" if after is not None else ""),
        {
            ":processing": JobStatus.PROCESSING,
            ":queued": JobStatus.QUEUED,
            ":one": 1,
            ":zero": 0,
            ":no": False,
            ":lease": lease_until,
            ":now": now,
            ":after": after,
        },
        ("error",),
    )


def renew(job: Job, *, lease_until: int, progress: int, step: str | None, facts: Mapping[str, Any]) -> Write:
    """Keep the lease and tell how far the job is; lost when it was cancelled or taken over."""
    return _update_mine(
        job,
        "SET lease_until = :lease, progress = :progress, facts = :facts" + (", step = :step" if step else ""),
        {":lease": lease_until, ":progress": progress, ":facts": items.encode(dict(facts)), ":step": step},
    )


def complete(job: Job, outcome: Mapping[str, Any], *, now: int, spent: Spent = _NOTHING) -> Write:
    ended = {"outcome": items.encode(dict(outcome)), "progress": 100}
    return _end(job, JobStatus.COMPLETED, now, ended, spent=spent)


def fail(job: Job, failure: Failure, *, now: int, as_seen: bool = False, spent: Spent = _NOTHING) -> Write:
    """`as_seen`: only while its lease is the one that was read, for those who do not hold it."""
    return _end(job, JobStatus.FAILED, now, {"error": items.encode(asdict(failure))}, as_seen, spent)


def _end(
    job: Job,
    status: JobStatus,
    now: int,
    extra: Mapping[str, Any],
    as_seen: bool = False,
    spent: Spent = _NOTHING,
) -> Write:
    fields = {**_ended(job, now), **extra}
    sets = "".join(f", #{name} = :{name}" for name in fields)
    values = {":status": status, **{f":{name}": value for name, value in fields.items()}}
    return _update_mine(
        job, f"SET #status = :status{sets}", values, tuple(fields), as_seen=as_seen, spent=spent
    )


def cancel(job: Job, *, now: int) -> Write:
    """queued or processing, in whatever attempt by now, to cancelled. Whoever runs it learns of it as the
    lease is renewed."""
    fields = _ended(job, now)
    sets = "".join(f", #{name} = :{name}" for name in fields)
    values = {":queued": JobStatus.QUEUED, ":processing": JobStatus.PROCESSING}
    return _update_job(
        (job.token, job.index),
        f"SET #status = :cancelled{sets} REMOVE #error",
        "#status IN (:queued, :processing)",
        {
            **values,
            ":cancelled": JobStatus.CANCELLED,
            **{f":{name}": value for name, value in fields.items()},
        },
        (*fields, "error"),
    )


def _ended(job: Job, now: int) -> dict[str, Any]:
    expires = now + lifetimes.seconds(job.expires_after) * 1000
    return {"ended_at": now, "expires_at": expires, "ttl": _seconds(expires + KEPT_AFTER_EXPIRY_MS)}


def end_as(job: Job, leader: Job, *, now: int) -> Write:
    """A job that did not run, ended as the one that ran for it."""
    taken: dict[str, Any] = {"progress": leader.progress, "started_at": leader.started_at}
    taken["facts"] = items.encode(dict(leader.facts))
    if leader.outcome is not None:
        taken["outcome"] = items.encode(dict(leader.outcome))
    if leader.failure is not None:
        taken["error"] = items.encode(asdict(leader.failure))
    return _end(job, leader.status, now, {name: value for name, value in taken.items() if value is not None})


def release(
    job: Job,
    *,
    queued_at: int,
    failure: Failure | None = None,
    waits: int | None = None,
    as_seen: bool = False,
    spent: Spent = _NOTHING,
) -> Write:
    """Back to the queue after a transient `failure`, which is kept, a wait, or a lost worker."""
    fields: dict[str, Any] = {"queued_at": queued_at, "lease_until": 0, "waits": waits}
    fields["error"] = failure and items.encode(asdict(failure))
    given = {name: value for name, value in fields.items() if value is not None}
    sets = "".join(f", #{name} = :{name}" for name in given)
    values = {":queued": JobStatus.QUEUED, **{f":{name}": value for name, value in given.items()}}
    return _update_mine(
        job, f"SET #status = :queued{sets}", values, tuple(given), as_seen=as_seen, spent=spent
    )


def let_go(job: Job, *, now: int) -> Write:
    """Note that a held job's message was sent."""
    return _update_job(
        (job.token, job.index),
        "SET held = :no, queued_at = :now",
        "#status = :queued AND held = :yes",
        {":queued": JobStatus.QUEUED, ":now": now, ":no": False, ":yes": True},
    )


def resent(job: Job, *, now: int) -> Write:
    """Note that a queued job's message was sent again."""
    return _update_job(
        (job.token, job.index),
        "SET queued_at = :now, resends = resends + :one",
        "#status = :queued AND queued_at = :seen",
        {":queued": JobStatus.QUEUED, ":now": now, ":one": 1, ":seen": job.queued_at},
    )


def _update_mine(
    job: Job,
    update: str,
    values: Mapping[str, Any],
    names: Sequence[str] = (),
    *,
    as_seen: bool = False,
    spent: Spent = _NOTHING,
) -> Write:
    """For the status and attempt that `job` was read with, and no other."""
    if spent != _NOTHING:
        update += " ADD compute_ms :spent, compute_mb_ms :spent_mb"
        values = {**values, ":spent": spent.ms, ":spent_mb": spent.mb_ms}
    condition = "#status = :seen AND attempt = :attempt"
    mine: dict[str, Any] = {":seen": job.status, ":attempt": job.attempt}
    if as_seen:
        condition += " AND lease_until = :seen_lease"
        mine[":seen_lease"] = job.lease_until
    return _update_job((job.token, job.index), update, condition, {**values, **mine}, names)


def _update_job(
    at: tuple[str, int],
    update: str,
    condition: str,
    values: Mapping[str, Any],
    names: Sequence[str] = (),
) -> Write:
    try:
        answer = aws.dynamodb().update_item(
            TableName=_table(),
            Key=items.key(*at),
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeNames={"#status": "status", **{f"#{name}": name for name in names}},
            ExpressionAttributeValues=items.values(values),
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException as lost:
        item: Any = lost.response.get("Item")
        return Write(False, items.to_job(item) if item else None)
    return Write(True, items.to_job(answer["Attributes"]))


# ---------------------------------------------------------------- the moves of a batch

_COUNTED_AS = {JobStatus.COMPLETED: "done", JobStatus.FAILED: "failed", JobStatus.CANCELLED: "cancelled"}


def count(job: Job) -> Batch | None:
    """Add an ended job to its batch's counts: a set, so counting twice changes nothing. None also if it
    ended in an earlier round than the batch is in: it may have been retried since it was read."""
    return _update_batch(
        job.token,
        "ADD #counted :index",
        "#round = :round",
        {":index": {job.index}, ":round": job.round},
        {"#counted": _COUNTED_AS[job.status], "#round": "round"},
    )


def request_cancel(batch: Batch, *, now: int) -> Batch | None:
    """From now on, the watchdog cancels what has not ended; what was to be retried is not. None if the batch
    has ended."""
    return _update_batch(
        batch.token,
        "SET cancel_requested_at = if_not_exists(cancel_requested_at, :now) REMOVE retrying",
        "attribute_exists(pk) AND attribute_not_exists(ended_at)",
        {":now": now},
    )


def enqueued(token: str, *, now: int) -> Batch | None:
    return _update_batch(token, "SET enqueued_at = :now", "attribute_exists(pk)", {":now": now})


def close(batch: Batch, *, now: int) -> Batch | None:
    """Set the end of this round once; None if it was set before."""
    expires = now + lifetimes.seconds(batch.expires_after) * 1000
    ends = {":now": now, ":expires": expires, ":ttl": _seconds(expires + KEPT_AFTER_EXPIRY_MS)}
    return _update_batch(
        batch.token,
        "SET ended_at = :now, expires_at = :expires, #ttl = :ttl",
        "#round = :round AND attribute_not_exists(ended_at)",
        {**ends, ":round": batch.round},
        {"#ttl": "ttl", "#round": "round"},
    )


def leave_open_index(batch: Batch) -> Batch | None:
    """Not once it is in a later round."""
    return _update_round(batch, "REMOVE open_shard, opened_at", {})


def set_files(batch: Batch, *, results_key: str, errors_key: str) -> Batch | None:
    """Of this round."""
    files = {":results": results_key, ":errors": errors_key}
    return _update_round(batch, "SET results_key = :results, errors_key = :errors", files)


def _update_round(batch: Batch, update: str, values: Mapping[str, Any]) -> Batch | None:
    return _update_batch(
        batch.token, update, "#round = :round", {**values, ":round": batch.round}, {"#round": "round"}
    )


def _update_batch(
    token: str, update: str, condition: str, values: Mapping[str, Any], names: Mapping[str, str] | None = None
) -> Batch | None:
    request: dict[str, Any] = {"ExpressionAttributeValues": items.values(values)} if values else {}
    if names:
        request["ExpressionAttributeNames"] = dict(names)
    try:
        answer = aws.dynamodb().update_item(
            TableName=_table(),
            Key=items.key(token, 0),
            UpdateExpression=update,
            ConditionExpression=f"{condition} AND attribute_not_exists(deleted_at)",
            ReturnValues="ALL_NEW",
            **request,
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException:
        return None
    return items.to_batch(answer["Attributes"])
