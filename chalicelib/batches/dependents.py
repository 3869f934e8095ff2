"""What the end of a job sets free: equal jobs take its outcome, the next of a serial batch is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.batches import family, queues, store
from chalicelib.batches.model import Job, JobStatus
from chalicelib.clock import Clock


def release(job: Job, clock: Clock) -> list[Job]:
    """The equal jobs, ended as this one has; they are to be settled too. Safe to repeat."""
    ended = []
    for index in job.dependents:
        waiting = store.get_job(job.token, index)
        if waiting is None:
            continue
        if waiting.same_as == job.index:
            taken = _take_over(waiting, job, clock)
            ended += [taken] if taken else []
        elif waiting.held and waiting.status is JobStatus.QUEUED and not _goes_on(job):
            _let_go(waiting, clock)
    return ended


def _goes_on(job: Job) -> bool:
    """In the batch that it asked for, whose end calls here again."""
    child = family.child_of(job)
    return child is not None and child.ended_at is None


def owed(job: Job, jobs: Mapping[int, Job]) -> bool:
    """Whether this job has ended and somebody still waits for it."""
    return job.status.ended and any(_waits(jobs.get(index)) for index in job.dependents)


def _waits(job: Job | None) -> bool:
    return job is not None and job.held and job.status is JobStatus.QUEUED


def sent_at_once(jobs: Sequence[Job]) -> list[Job]:
    return [job for job in jobs if not job.held]


def _take_over(waiting: Job, leader: Job, clock: Clock) -> Job | None:
    if waiting.status.ended:
        return waiting
    return store.end_as(waiting, leader, now=clock()).job


def _let_go(job: Job, clock: Clock) -> None:
    """Sent first, then noted: what fails between is sent once more, never once less."""
    if queues.send([job]):
        store.let_go(job, now=clock())
