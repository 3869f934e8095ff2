"""Jobs and batches that are to end now.

Each job is cancelled by one write. Then its end is told as any end is, which the watchdog does for what a
crash has left, and for what does not fit into the time of a call.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Sequence
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.batches import store
from chalicelib.batches.finish import close_if_complete, settle
from chalicelib.batches.model import Batch, Job, JobStatus
from chalicelib.clock import Clock, now_ms
from chalicelib.errors import Conflict, ServiceUnavailable

log = logging.getLogger(__name__)
CALL_MS: Final = 15_000
"""Of the 29 s that API Gateway waits for a call; the rest is for reading what is answered."""


def cancel_job(job: Job, clock: Clock = now_ms) -> None:
    """And the batch that it asked for. One that is cancelled already is so again.

    Raises Conflict (JOB_ENDED)."""
    until = clock() + CALL_MS
    stands, more = _stop(job, clock, until)
    if stands is None or (stands.status is not JobStatus.CANCELLED and not more):
        how = stands.status.value if stands else "deleted"
        raise Conflict(
            f"The job has ended, it is {how}: only what has not ended can be cancelled", code="JOB_ENDED"
        )
    _tell([*more, stands], clock, until)


def cancel_batch(batch: Batch, jobs: Sequence[Job], clock: Clock = now_ms) -> None:
    """All of its jobs that have not ended, and the batches they asked for. One that was cancelled already is
    so again. Raises Conflict (BATCH_ENDED)."""
    until = clock() + CALL_MS
    marked = store.request_cancel(batch, now=clock())
    ended = [_stop(job, clock, until) for job in jobs]
    more = [job for _, children in ended for job in children]
    if marked is None and not more and batch.cancel_requested_at is None:
        how = f"it is {batch.status.value.replace('_', ' ')}"
        raise Conflict(
            f"The batch has ended, {how}: only what has not ended can be cancelled", code="BATCH_ENDED"
        )
    _tell([*more, *(job for job, _ in ended if job and job.index not in batch.counted)], clock, until)
    if marked:  # its last jobs may have been waiting to be retried
        _close(marked, clock)


def carry_on(batch: Batch, jobs: Sequence[Job], clock: Clock) -> list[Job]:
    """For the watchdog: its jobs as they then stand, not told yet; the batches they asked for are marked, and
    so in its care."""
    if batch.cancel_requested_at is None:
        return list(jobs)
    return [_stop(job, clock, math.inf)[0] or job for job in jobs]


def _stop(job: Job, clock: Clock, until: float) -> tuple[Job | None, list[Job]]:
    """The job as it then stands, None if it is gone; and those that were stopped in the batch it asked for,
    which is marked before anybody can take this job's end for told. Nothing after `until`: what is marked is
    in the watchdog's care."""
    if clock() > until:
        return job, []
    stands = job if job.status.ended else store.cancel(job, now=clock()).job
    child = store.load(stands.child) if stands and stands.child else None
    if child is None or store.request_cancel(child[0], now=clock()) is None:
        return stands, []
    stopped = [_stop(each, clock, until) for each in child[1]]
    return stands, [each for one, more in stopped for each in (*more, *([one] if one else []))]


def _tell(jobs: Iterable[Job], clock: Clock, until: float) -> None:
    for job in jobs:
        if clock() > until:
            log.warning("not all cancelled jobs told; the watchdog goes on", extra={"job": job.id})
            return
        try:
            settle(job, clock)
        except (ClientError, BotoCoreError, ServiceUnavailable):
            log.warning("cancelled job not told; the watchdog will", extra={"job": job.id}, exc_info=True)


def _close(batch: Batch, clock: Clock) -> None:
    try:
        close_if_complete(batch, clock)
    except (ClientError, BotoCoreError, ServiceUnavailable):
        log.warning("batch not closed; the watchdog will", extra={"batch": batch.id}, exc_info=True)
