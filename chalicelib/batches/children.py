"""A batch that a running job asks for: a playlist's videos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.batches import family, store
from chalicelib.batches.model import Job, NewJob
from chalicelib.batches.submit import Submission, submit_as
from chalicelib.clock import Clock
from chalicelib.errors import JobError, LeaseLost, QueueFull, RequestInProgress


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
    new = Submission(
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
        key_id=around.key_id,
    )
    try:
        return submit_as(family.tokens(parent)[-1], new, clock).batch.id
    except RequestInProgress as lost:
        raise LeaseLost("another worker has the job") from lost
    except QueueFull as full:
        raise JobError(full.code, full.message, retryable=True, retry_after=full.retry_after) from full


def _child(parent: Job, request: Mapping[str, Any]) -> NewJob:
    return NewJob(request, parent.priority, parent.webhooks, parent.echo, parent.custom_id)
