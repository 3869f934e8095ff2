"""The part of a text job that another kind's functions do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.task import Task


class Share:
    """A Task whose progress is a share of another's; its steps and facts are not the text job's."""

    def __init__(self, task: Task, low: int, high: int, step: str = "fetching_transcript") -> None:
        self._task = task
        self._low = low
        self._high = high
        self._step = step

    job_id = property(lambda self: self._task.job_id)
    attempt = property(lambda self: self._task.attempt)
    object_prefix = property(lambda self: self._task.object_prefix)

    def report(self, progress: int, step: str, facts: Mapping[str, Any] | None = None) -> None:
        self._task.report(self._low + progress * (self._high - self._low) // 100, self._step)

    def submit_children(self, requests: Sequence[Mapping[str, Any]]) -> str:
        return self._task.submit_children(requests)

    def seconds_left(self) -> float:
        return self._task.seconds_left()
