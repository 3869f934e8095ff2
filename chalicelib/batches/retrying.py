"""What has failed or was cancelled runs again, as it was asked for, in a new round of its batch.

The end of the round before must stand in its files and events first, as its jobs will not look that way any
more.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.batches import dependents, order, queues, reopening, store
from chalicelib.batches.finish import close_if_complete, is_told
from chalicelib.batches.model import Batch, Job, JobStatus
from chalicelib.clock import Clock, now_ms
from chalicelib.errors import Conflict, RequestInProgress, StillTold

log = logging.getLogger(__name__)
_RETRIED: Final = (JobStatus.FAILED, JobStatus.CANCELLED)
_TOLD_SECONDS: Final = 2


def retry(
    batch: Batch, jobs: Sequence[Job], only: Collection[int] | None = None, clock: Clock = now_ms
) -> None:
    """`only`: these of its jobs; None: all that have failed or were cancelled.

    Raises Conflict (NOT_ENDED, NOTHING_TO_RETRY), StillTold, QueueFull, and RequestInProgress when somebody
    else retries or deletes it at this moment."""
    _require_ended(batch, clock)
    again = _again(jobs, only)
    queues.require_room(batch.kind, {job.priority for job in again}, len(again))
    placed = order.anew(jobs, {job.index for job in again}, parallel=batch.parallel)
    opened = reopening.begin(batch, placed, now=clock())
    if opened is None:
        raise RequestInProgress("Another request retries or deletes it at this moment", retry_after=1)
    try:
        _carry_on(opened, placed, clock)
    except (ClientError, BotoCoreError):
        log.warning("batch half retried; the watchdog goes on", extra={"batch": batch.id}, exc_info=True)


def carry_on(batch: Batch, jobs: Sequence[Job], clock: Clock) -> bool:
    """For the watchdog: whether it has brought back jobs that are still to be retried."""
    if not batch.retrying:
        return False
    again = {job.index for job in jobs if job.round == batch.round} | batch.retrying
    _carry_on(batch, order.anew(jobs, again, parallel=batch.parallel), clock)
    return True


def _carry_on(batch: Batch, placed: Sequence[Job], clock: Clock) -> None:
    rest = [job for job in placed if job.index in batch.retrying]
    brought = reopening.go_on(batch, rest, now=clock())
    if brought and queues.send(dependents.sent_at_once(placed)):
        store.enqueued(batch.token, now=clock())


def _require_ended(batch: Batch, clock: Clock) -> None:
    what = "job" if batch.single else "batch"
    if batch.ended_at is None:
        raise Conflict(f"The {what} has not ended: wait until it has, or cancel it first", code="NOT_ENDED")
    if not is_told(batch):
        close_if_complete(batch, clock)  # in case that was interrupted
        told = f"That the {what} has ended is being told at this moment: retry it when that is done"
        raise StillTold(told, retry_after=_TOLD_SECONDS)


def _again(jobs: Sequence[Job], only: Collection[int] | None) -> list[Job]:
    """Raises Conflict."""
    wanted = [job for job in jobs if only is None or job.index in only]
    again = [job for job in wanted if job.status in _RETRIED]
    done = [job.id for job in wanted if job.status not in _RETRIED]
    if only is not None and done:
        complaint = f"{done[0]} is completed: only what has failed or was cancelled can be retried"
        raise Conflict(complaint, code="NOTHING_TO_RETRY")
    if not again:
        raise Conflict(
            "Nothing has failed or was cancelled, so there is nothing to retry", code="NOTHING_TO_RETRY"
        )
    return again
