"""Nothing accepted is left behind. Each minute, over every open batch, it repeats what may have been lost."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from functools import cache

from chalicelib.batches import (
    cancelling,
    deletion,
    dependents,
    open_index,
    queues,
    retrying,
    store,
    turns,
)
from chalicelib.batches.finish import close_if_complete, settle
from chalicelib.batches.lost import give_up
from chalicelib.batches.model import Batch, Job, JobStatus
from chalicelib.clock import Clock, now_ms
from chalicelib.settings import settings

log = logging.getLogger(__name__)
ExpectedWait = Callable[[str, str], int]
"""Seconds that a job of a kind and priority may have to wait, by the length of its queue."""
SWEEP_MS = 45_000
"""Less than the function's time; what is left over waits for the next minute."""


def sweep(clock: Clock = now_ms) -> dict[str, int]:
    """How many batches, open or being deleted, were looked at, and how many could not be.

    In random order, so that a sweep that runs out of time leaves out others than the one before.
    """
    started = clock()
    grace = settings().enqueue_grace_seconds * 1000
    tokens = list(open_index.tokens(open_index.OPEN, started - grace))
    tokens += open_index.tokens(open_index.DELETING, started + 1)
    random.shuffle(tokens)
    expected = cache(lambda kind, priority: queues.estimated_seconds(queues.backlog(kind, priority)))
    repair_account = cache(turns.repair)
    seen = broken = 0
    for token in tokens:
        if clock() - started > SWEEP_MS:
            log.warning("watchdog out of time; the rest waits for the next sweep")
            break
        seen += 1
        broken += not _repaired(token, expected, repair_account, clock)
    return {"seen": seen, "broken": broken}


def _repaired(
    token: str, expected: ExpectedWait, repair_account: Callable[[str], None], clock: Clock
) -> bool:
    """One broken batch must not keep the watchdog from the others."""
    try:
        loaded = store.load(token)
        if loaded:
            repair(*loaded, expected, clock)
            if any(job.concurrent is not None for job in loaded[1]):
                repair_account(loaded[0].account)
        else:
            deletion.resume(token, clock)
    except Exception:
        log.exception("watchdog could not repair a batch", extra={"token": token})
        return False
    return True


def repair(batch: Batch, jobs: Sequence[Job], expected: ExpectedWait, clock: Clock) -> None:
    if retrying.carry_on(batch, jobs, clock):
        return  # the next sweep finds the jobs as they are now
    jobs = [_freed(job, clock) for job in cancelling.carry_on(batch, jobs, clock)]
    by_index = {job.index: job for job in jobs}
    for job in jobs:
        if job.index not in batch.counted or dependents.owed(job, by_index):
            settle(job, clock)
    overdue = [job for job in jobs if _overdue(batch, job, expected, clock())]
    _resend(batch, turns.without_message(overdue), clock)
    close_if_complete(batch, clock)


def _freed(job: Job, clock: Clock) -> Job:
    """The job without its dead lease: waiting again, or ended if it lost too many workers."""
    now = clock()
    if job.status is not JobStatus.PROCESSING or job.lease_until >= now:
        return job
    log.warning("lease ran out", extra={"job": job.id, "attempt": job.attempt})
    if job.tries >= settings().max_attempts:
        return give_up(job, clock) or job
    write = store.release(job, queued_at=0, as_seen=True)
    if write.won:
        turns.over(job)
    return write.job or job


def _overdue(batch: Batch, job: Job, expected: ExpectedWait, now: int) -> bool:
    """A job that was never enqueued, or just lost its worker, is due at once. Any other may only be far
    back in a long queue, which must not fill with copies: so the pause doubles, and is never shorter than
    twice the wait that the queue's length explains."""
    if job.status is not JobStatus.QUEUED or job.held:
        return False
    if not job.queued_at or (batch.enqueued_at is None and job.resends == 0 and job.attempts == 0):
        return True
    waited = (now - job.queued_at) / 1000
    if waited <= settings().resend_after_seconds * (1 << job.resends):
        return False
    return waited > 2 * expected(job.kind, job.priority)


def _resend(batch: Batch, jobs: Sequence[Job], clock: Clock) -> None:
    """Sent first, then noted: what fails between is sent once more, never once less."""
    if not jobs or not queues.send(jobs):
        return
    for job in jobs:
        store.resent(job, now=clock())
    if batch.enqueued_at is None:
        store.enqueued(batch.token, now=clock())
