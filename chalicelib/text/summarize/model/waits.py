"""How long a provider asks us to wait."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from chalicelib.clock import Clock, now_ms


def retry_after(header: str | None, clock: Clock = now_ms) -> float:
    """Seconds, of a number or a date; 0 for anything else."""
    if not header:
        return 0.0
    try:
        seconds = float(header)
    except ValueError:
        seconds = _until(header, clock)
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0


def _until(date: str, clock: Clock) -> float:
    try:
        when = parsedate_to_datetime(date)
    except ValueError:
        return 0.0
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return (when - datetime.fromtimestamp(clock() / 1000, UTC)).total_seconds()
