"""How often a key was used: a number in its row for each hour, day and month (UTC) in which it was, and for a
day's requests that failed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
KEPT_DAYS: Final = 35
KEPT_MONTHS: Final = 13
_COUNTER: Final = re.compile(r"[hdmf][0-9]{6,8}")


def is_one(attribute: str) -> bool:
    return bool(_COUNTER.fullmatch(attribute))


def hour(now: int) -> str:
    return f"h{now // HOUR_MS}"


def day(now: int) -> str:
    return datetime.fromtimestamp(now / 1000, UTC).strftime("d%Y%m%d")


def failed(now: int) -> str:
    """Those of the day that were answered with an error."""
    return "f" + day(now)[1:]


def month(now: int, back: int = 0) -> str:
    moment = datetime.fromtimestamp(now / 1000, UTC)
    year, index = divmod(moment.year * 12 + moment.month - 1 - back, 12)
    return f"m{year}{index + 1:02}"


def seconds_left(now: int) -> int:
    """Of the hour: 1 to 3600."""
    return -(-(HOUR_MS - now % HOUR_MS) // 1000)


def likely_left_over(now: int) -> list[str]:
    """By a key that is used each few hours or each day. What others leave is in nobody's way until the same
    process sees the key again, or the key is changed."""
    hours = [hour(now - n * HOUR_MS) for n in (*range(2, 13), 23, 24, 25)]
    days = [day(now - n * DAY_MS) for n in range(KEPT_DAYS + 1, KEPT_DAYS + 4)]
    return [*hours, *days, month(now, KEPT_MONTHS + 1)]


def left_over(attributes: Iterable[str], now: int) -> list[str]:
    """All counters of a row that are no longer kept."""
    oldest = {
        "h": hour(now - HOUR_MS),
        "d": day(now - KEPT_DAYS * DAY_MS),
        "m": month(now, KEPT_MONTHS),
        "f": failed(now - KEPT_DAYS * DAY_MS),
    }
    return [name for name in attributes if is_one(name) and name < oldest[name[0]]]
