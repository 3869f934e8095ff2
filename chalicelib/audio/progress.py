"""How far a job is, told to its task: real, never falling, never 100; and the job's own time limit."""

from __future__ import annotations

import time
from typing import Any

from chalicelib.audio import failures
from chalicelib.task import Task

RESERVE_SECONDS = 20.0
"""Kept back from the worker's time, to fail properly."""


class Progress:
    def __init__(self, task: Task) -> None:
        self._task = task
        self._step = "downloading"
        self._low, self._high, self._highest = 0.0, 0.0, 0
        self.deadline = time.monotonic() + task.seconds_left() - RESERVE_SECONDS

    @property
    def seconds_left(self) -> float:
        return self.deadline - time.monotonic()

    def enter(self, step: str, low: float, high: float) -> None:
        """From now on, a fraction of 0 to 1 means `low` to `high` per cent of the job."""
        self._step, self._low, self._high = step, low, high
        self.at(0)

    def at(self, fraction: float) -> None:
        """Raises JobCancelled, LeaseLost, or JobError TIMEOUT when the work should stop."""
        self._report(self._low + (self._high - self._low) * min(1.0, max(0.0, fraction)))

    def still(self) -> None:
        """Nothing new, but alive. Raises as `at` does."""
        self._report(self._highest)

    def learn(self, **facts: Any) -> None:
        self._task.report(self._highest, self._step, facts)

    def _report(self, value: float) -> None:
        self._highest = max(self._highest, min(99, int(value)))
        if time.monotonic() >= self.deadline:
            raise failures.timeout("The job did not end in the time a worker has.")
        self._task.report(self._highest, self._step)
