"""A batch that a running job asks for: a playlist's videos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.accounts import quota
from chalicelib.batches import family, store
from chalicelib.batches.guards import Guard
from chalicelib.batches.model import Batch, Job, NewJob
from chalicelib.batches.submit import Submission, submit_as
from chalicelib.clock import Clock
from chalicelib.errors import AccountBusy, JobError, LeaseLost, QueueFull, QuotaExceeded, RequestInProgress


def submit(parent: Job, requests: Sequence[Mapping[str, Any]], clock: Clock) -> str:
    """The id of the child batch: the one of an earlier attempt if that got so far. Its end is
    told to those whom its parent's, or the parent's batch's, is told to.

    Raises JobError, and LeaseLost when a later attempt makes it."""
    made = family.child_of(parent)
    if made:
        return made.id
    around = store.get_batch(parent.token)
    if around is None:
        raise JobError("JOB_NOT_FOUND", "The batch of this job is gone")
    new = _submission(parent, around, requests, clock())
    try:
        return submit_as(family.tokens(parent)[-1], new, clock).batch.id
    except RequestInProgress as lost:
        raise LeaseLost("another worker has the job") from lost
    except (QueueFull, AccountBusy) as full:
        raise JobError(full.code, full.message, retryable=True, retry_after=full.retry_after) from full
    except QuotaExceeded as used_up:
        raise JobError(used_up.code, used_up.message) from used_up


def _submission(parent: Job, around: Batch, requests: Sequence[Mapping[str, Any]], now: int) -> Submission:
    return Submission(
        account=parent.account,
        kind=parent.kind,
        face=parent.face,
        jobs=[_child(parent, request) for request in requests],
        webhooks=tuple(dict.fromkeys((*around.webhooks, *parent.webhooks))),
        metadata=around.metadata,
        merge_equal=True,
        parallel=around.parallel,
        expires_after=parent.expires_after,
        parent=parent,
        reply_to=around.reply_to,
        correlation_id=around.correlation_id,
        guards=_guards(around, len(requests), now),
        limits=around.limits,
        concurrent=parent.concurrent,
        key_id=around.key_id,
    )


def _guards(around: Batch, jobs: int, now: int) -> Sequence[Guard]:
    """None where its parent's batch had none."""
    limits = around.limits
    return quota.from_limits(limits).counts(around.account, jobs, now) if limits else ()


def _child(parent: Job, request: Mapping[str, Any]) -> NewJob:
    return NewJob(request, parent.priority, parent.webhooks, parent.echo, parent.custom_id)
