"""Whether a long job will end in the time its worker has: seen early, before the work is spent."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from chalicelib.audio import failures
from chalicelib.errors import JobError

MEASURED_SECONDS: Final = 15.0
"""Of work, before its speed is believed: the first seconds of a source may be silence, or slow to arrive."""
MARGIN: Final = 1.25
"""Work that is foreseen to take so much longer than there is time is given up; what is nearer goes on."""


class Outlook:
    def __init__(
        self,
        total: float,
        deadline: float,
        clock: Callable[[], float] = time.monotonic,
        failure: Callable[[float, float], JobError] = failures.too_long,
    ) -> None:
        """`total`: of whatever `check` is told, such as seconds of media. `deadline` is of `clock`, which
        starts now. `failure` is made of the seconds that it would take and of those there are."""
        self._total = total
        self._failure = failure
        self._deadline = deadline
        self._clock = clock
        self._began = self._since = clock()

    def check(self, done: float) -> None:
        """`done`, of the total. Raises the failure."""
        now = self._clock()
        if done <= 0:
            self._since = now  # what is wanted may begin far into the source
            return
        spent = now - self._since
        if spent < MEASURED_SECONDS:
            return
        needed = (self._total - done) * spent / done
        if needed > MARGIN * (self._deadline - now):
            raise self._failure(now - self._began + needed, self._deadline - self._began)
