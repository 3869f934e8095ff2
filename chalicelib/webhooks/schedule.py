"""When a webhook is tried again. The whole policy stands here; the state machine only waits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from chalicelib.settings import settings

JITTER = 0.2
_SLOW_DOWN = frozenset({429, 502, 504})


@dataclass(frozen=True)
class Answer:
    """To one attempt. `status` 0: there was none."""

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


def wait_seconds(answer: Answer, *, now: float, random: Callable[[], float]) -> int | None:
    """Whole seconds until the next attempt; None when there is none. `random` gives 0 to 1."""
    waits = settings().webhook_schedule
    if answer.delivered or answer.gone or answer.number >= len(waits):
        return None
    overloaded = answer.timed_out or answer.status in _SLOW_DOWN
    least = settings().webhook_penalty if overloaded else 0
    wait = max(waits[answer.number] * (1 - JITTER + 2 * JITTER * random()), least)
    base = max(waits[answer.number], least)
    asked = _retry_after(answer.retry_after, now)
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
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now
    except (ValueError, OverflowError):  # the year 99999, a zone of so many hours
        return None
