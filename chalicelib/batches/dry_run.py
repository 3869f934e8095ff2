"""What would become of a submission, without accepting it. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.batches import insertion, kinds, queues
from chalicelib.batches.model import NewJob
from chalicelib.batches.order import places
from chalicelib.batches.submit import Submission, prepare
from chalicelib.errors import NamesTaken
from chalicelib.settings import settings
from chalicelib.usage.estimate import Effort


@dataclass(frozen=True)
class Prospect:
    efforts: tuple[Effort, ...]
    """Of the jobs that would run: of equal ones the first."""
    waiting: int
    """In the longest of its queues, before it."""
    has_room: bool
    first_seconds: int
    """Until its first job should be done."""
    last_seconds: int


def look(new: Submission, media_seconds: float) -> Prospect:
    """Raises NamesTaken, and what refuses it before anything is written."""
    prepare(new)
    taken = tuple(name for name in new.takes if insertion.taker(name))
    if taken:
        raise NamesTaken(taken)
    runners = _runners(new)
    waiting = max(queues.backlog(new.kind, priority) for priority in {job.priority for job in new.jobs})
    return Prospect(
        tuple(kinds.effort(new.kind, job.request, media_seconds) for job in runners),
        waiting,
        waiting + len(new.jobs) <= settings().queue_limit,
        queues.estimated_seconds(waiting),
        _until_last(new, waiting, len(runners)),
    )


def _runners(new: Submission) -> list[NewJob]:
    order = places(new.jobs, merge_equal=new.merge_equal, parallel=new.parallel)
    return [job for job, place in zip(new.jobs, order, strict=True) if place.same_as is None]


def _until_last(new: Submission, waiting: int, runners: int) -> int:
    """Of a serial batch, each job waits for the one before it."""
    if not new.parallel:
        return queues.estimated_seconds(waiting) * runners
    return queues.estimated_seconds(waiting + runners - 1)
