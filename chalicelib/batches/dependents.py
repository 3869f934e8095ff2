"""What the end of a job sets free: equal jobs take its outcome, the next of a serial batch is sent.

A cancel is nobody else's: of the equals of a cancelled job, the first runs for the others, and who waits for
a job that was cancelled before its turn waits on for the one before that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from chalicelib.batches import family, inheritance, queues, store
from chalicelib.batches.model import Job, JobStatus
from chalicelib.clock import Clock

Read = Callable[[int], Job | None]
"""A job of the batch by its index."""


def release(job: Job, clock: Clock) -> list[Job]:
    """The equal jobs, ended as this one has; they are to be settled too. Safe to repeat."""
    heir = next(filter(_wants_an_outcome, _dependents(job)), None) if _is_cancelled(job) else None
    if heir:
        handed = inheritance.hand_over(job, heir)
        if handed is None:  # the watchdog looks again
            return []
        job = handed
    return [] if _skipped(job) else _release(job, clock)


def _release(job: Job, clock: Clock) -> list[Job]:
    ended = []
    for each in _dependents(job):
        if each.same_as is not None:
            taken = _take_over(each, job, clock)
            ended += [taken] if taken else []
        elif _waits(each) and not _goes_on(job):
            _let_go(each, clock)
    return ended


def owed(job: Job, jobs: Mapping[int, Job]) -> bool:
    """Whether this job has ended and somebody still waits for it."""
    waiting = filter(_waits, _following(job, jobs.get)) if job.status.ended else ()
    return any(each.same_as is not None or not _skipped(job) for each in waiting)


def sent_at_once(jobs: Sequence[Job]) -> list[Job]:
    return [job for job in jobs if not job.held]


def _dependents(job: Job) -> Iterator[Job]:
    return _following(job, lambda index: store.get_job(job.token, index))


def _following(job: Job, read: Read) -> Iterator[Job]:
    """Of its round, as what was retried since waits for others; in the place of a skipped one, who waits for
    that."""
    for each in map(read, job.dependents):
        if each is None or each.round != job.round:
            continue
        if _skipped(each):
            yield from (further for further in _following(each, read) if further.same_as is None)
        else:
            yield each


def _is_cancelled(job: Job) -> bool:
    return job.status is JobStatus.CANCELLED


def _skipped(job: Job) -> bool:
    """Cancelled before its turn in a serial batch."""
    return _is_cancelled(job) and job.held and job.same_as is None


def _wants_an_outcome(job: Job) -> bool:
    return job.same_as is not None and not job.status.ended


def _waits(job: Job) -> bool:
    return job.held and job.status is JobStatus.QUEUED


def _goes_on(job: Job) -> bool:
    """In the batch that it asked for, whose end calls here again."""
    child = family.child_of(job)
    return child is not None and child.ended_at is None


def _take_over(waiting: Job, leader: Job, clock: Clock) -> Job | None:
    if waiting.status.ended:
        return waiting
    return None if _is_cancelled(leader) else store.end_as(waiting, leader, now=clock()).job


def _let_go(job: Job, clock: Clock) -> None:
    """Sent first, then noted: what fails between is sent once more, never once less."""
    if queues.send([job]):
        store.let_go(job, now=clock())
