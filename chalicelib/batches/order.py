"""Which jobs of a submission wait for another: equal ones for the first, serial ones for the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from chalicelib.batches import items
from chalicelib.batches.model import PRIORITIES, NewJob


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
