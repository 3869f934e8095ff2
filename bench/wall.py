"""Wall times of works that run alternately."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def medians(rounds: int, *works: Callable[[], object]) -> list[float]:
    """Seconds of each work."""
    taken = [[_seconds(work) for work in works] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*taken, strict=True)]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
