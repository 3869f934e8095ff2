"""Which jobs of a submission wait for another: equal ones for the first, serial ones for the one before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from chalicelib.batches import items
from chalicelib.batches.model import PRIORITIES, Job, NewJob


@dataclass(frozen=True)
class Place:
    """Of a job in its batch; indexes count from 1."""

    same_as: int | None = None
    dependents: tuple[int, ...] = ()
    held: bool = False


def places(jobs: Sequence[NewJob], *, merge_equal: bool, parallel: bool) -> list[Place]:
    leaders = _leaders(jobs) if merge_equal else list(range(1, len(jobs) + 1))
    dependents: dict[int, list[int]] = {index: [] for index in range(1, len(jobs) + 1)}
    for index, leader in enumerate(leaders, start=1):
        if leader != index:
            dependents[leader].append(index)
    held = {index for index, leader in enumerate(leaders, start=1) if leader != index}
    if not parallel:
        runners = sorted(set(leaders))
        for one, following in pairwise(runners):
            dependents[one].append(following)
        held.update(runners[1:])
    return [
        Place(leader if leader != index else None, tuple(dependents[index]), index in held)
        for index, leader in enumerate(leaders, start=1)
    ]


def anew(jobs: Sequence[Job], again: Collection[int], *, parallel: bool) -> list[Job]:
    """The jobs of a batch that run again, as they wait for each other then: an equal one for the job that ran
    for it if that runs again, a serial one for the one before it of those that do."""
    leaders = _leaders_again(jobs, again)
    runners = [job.index for job in jobs if job.index in again and job.index not in leaders]
    following = {} if parallel else dict(pairwise(runners))
    held = {*leaders, *following.values()}
    return [
        replace(
            job,
            same_as=leaders.get(job.index),
            dependents=_dependents_again(job, leaders, following),
            held=job.index in held,
        )
        for job in jobs
        if job.index in again
    ]


def _leaders_again(jobs: Sequence[Job], again: Collection[int]) -> dict[int, int]:
    by_index = {job.index: job for job in jobs}
    return {
        index: job.index
        for job in jobs
        if job.index in again
        for index in job.dependents
        if index in again and by_index[index].same_as is not None
    }


def _dependents_again(job: Job, leaders: dict[int, int], following: dict[int, int]) -> tuple[int, ...]:
    equals = [index for index in job.dependents if leaders.get(index) == job.index]
    return (*equals, *([following[job.index]] if job.index in following else []))


def _leaders(jobs: Sequence[NewJob]) -> list[int]:
    """For each job the one that runs for it: of equal requests the first with the highest priority."""
    keys = [items.encode(dict(job.request)) for job in jobs]
    leader: dict[str, int] = {}
    for index, (key, job) in enumerate(zip(keys, jobs, strict=True), start=1):
        known = leader.get(key)
        if known is None or _rank(job) > _rank(jobs[known - 1]):
            leader[key] = index
    return [leader[key] for key in keys]


def _rank(job: NewJob) -> int:
    return PRIORITIES.index(job.priority)
