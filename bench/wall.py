"""Wall times of works that run alternately."""

from __future__ import annotations

import time
from collections.abc import Callable


def least(rounds: int, *works: Callable[[], object]) -> list[float]:
    """Seconds of each work in its best round: whatever else a machine does makes a round longer only."""
    taken = [[_seconds(work) for work in works] for _ in range(rounds)]
    return [min(column) for column in zip(*taken, strict=True)]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
