"""The end of a job that its message or its workers have been lost for."""

from __future__ import annotations

from chalicelib.batches import store
from chalicelib.batches.model import Failure, Job, JobStatus
from chalicelib.clock import Clock

WORKER_LOST = Failure(
    "WORKER_LOST",
    "The worker of this job ended without a result each time it was tried",
    retryable=True,
)


def give_up(job: Job, clock: Clock) -> Job | None:
    """The job as it then stands; unchanged if somebody moved it since it was read. A job that waited for
    its next attempt keeps the failure it waited with."""
    waited_with = job.error if job.status is JobStatus.QUEUED else None
    return store.fail(job, waited_with or WORKER_LOST, now=clock(), as_seen=True).job
