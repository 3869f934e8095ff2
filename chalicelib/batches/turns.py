"""The turn of a job among those of its account: taken before each attempt, passed on after it."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.batches import line, slots
from chalicelib.batches.model import Job, JobStatus


def take(job: Job, now: int) -> bool:
    """For the next attempt. False if it waits in the line instead; when it is its turn, it gets a message."""
    if job.concurrent is None or slots.take(job):
        return True
    line.join(job, now)
    return False


def begun(job: Job) -> None:
    """An attempt that takes over from another has that one's slot as well, until here."""
    if job.concurrent is not None and job.attempt > 1:
        slots.free(job, job.attempt - 1)


def not_begun(job: Job, now_is: Job | None) -> None:
    """`job` got a turn, and then no attempt. Unless another message for it began the same one."""
    if now_is and now_is.status is JobStatus.PROCESSING and now_is.attempt == job.attempt + 1:
        return
    _pass_on(job, job.attempt + 1)


def over(job: Job) -> None:
    """An attempt of it is over, or all of it: then it leaves the line, too. Safe to repeat."""
    if job.status is JobStatus.CANCELLED and job.concurrent is not None:
        line.leave(job)
    _pass_on(job, job.attempt, *([job.attempt + 1] if job.status.ended else []))


def _pass_on(job: Job, *attempts: int) -> None:
    if job.concurrent is not None and job.same_as is None and slots.free(job, *attempts):
        line.wake(job.account)


def without_message(jobs: Sequence[Job]) -> list[Job]:
    """Of overdue jobs those that have lost their message; the others wait in the line, rightly without."""
    accounts = {job.account for job in jobs if job.concurrent is not None}
    waiting = {job_id for account in accounts for job_id in line.members(account)}
    return [job for job in jobs if job.id not in waiting]


def repair(account: str) -> None:
    """What a crash has left: slots of the dead, and a line that nobody woke."""
    slots.free_dead(account)
    line.wake(account)
