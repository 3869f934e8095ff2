"""When a webhook is tried again. The whole policy stands here; the state machine only waits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from chalicelib.settings import settings

JITTER = 0.2
_SLOW_DOWN = frozenset({429, 502, 504})


@dataclass(frozen=True)
class Attempt:
    """What one attempt came to. `status` 0: no answer."""

    number: int
    status: int
    timed_out: bool = False
    retry_after: str | None = None

    @property
    def delivered(self) -> bool:
        return 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """The receiver asked never to be called again."""
        return self.status == 410


def wait_seconds(attempt: Attempt, *, now: float, random: Callable[[], float]) -> int | None:
    """Whole seconds until the next attempt; None when there is none. `random` gives 0 to 1."""
    waits = settings().webhook_schedule
    if attempt.delivered or attempt.gone or attempt.number >= len(waits):
        return None
    base = waits[attempt.number]
    wait = base * (1 - JITTER + 2 * JITTER * random())
    if attempt.timed_out or attempt.status in _SLOW_DOWN:
        wait = max(wait, settings().webhook_penalty)
    asked = _retry_after(attempt.retry_after, now)
    if asked is not None:
        # honoured only between the planned wait and its double: a receiver cannot stretch the schedule
        wait = min(max(asked, base), 2 * base)
    return math.ceil(round(wait, 3))  # 300 * 1.2 is a hair over 360


def _retry_after(value: str | None, now: float) -> float | None:
    """Seconds, from a number or an HTTP date; None if it is neither."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return (
        moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - datetime.fromtimestamp(now, UTC).timestamp()
    )
