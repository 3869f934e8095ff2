"""The end of a job whose worker vanished as often as is allowed."""

from __future__ import annotations

from chalicelib.batches import store
from chalicelib.batches.model import Failure, Job
from chalicelib.clock import Clock

WORKER_LOST = Failure(
    "WORKER_LOST",
    "The worker of this job ended without a result each time it was tried",
    retryable=True,
)


def give_up(job: Job, clock: Clock) -> Job | None:
    """The job as it then stands; unchanged if somebody moved it since it was read."""
    return store.fail(job, WORKER_LOST, now=clock(), as_seen=True).job
