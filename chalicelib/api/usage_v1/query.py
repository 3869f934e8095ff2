"""Queries of these routes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from chalicelib.api.video_v1.query import Query
from chalicelib.api.video_v1.refusals import Refused
from chalicelib.usage.days import KEPT_DAYS
from chalicelib.usage.ledger import Ledger

GRANULARITIES: Final = ("day", "week", "month")
DEFAULT_DAYS: Final = 30
MAX_PERIODS: Final = KEPT_DAYS
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Span:
    first: date
    last: date
    granularity: str
    limit: int


def span(asked: Query, today: date) -> Span:
    """The last 30 days, if nothing else is asked for. Raises Refused."""
    last = _date(asked, "end_date") or today
    oldest = today - timedelta(KEPT_DAYS - 1)
    if last > today:
        raise _refused(f"end_date: must not be after today, {today} (UTC)")
    if last < oldest:
        raise _refused(f"end_date: must not be before {oldest}: usage is kept for {KEPT_DAYS} days")
    first = _date(asked, "start_date") or max(oldest, last - timedelta(DEFAULT_DAYS - 1))
    if first < oldest:
        raise _refused(f"start_date: must not be before {oldest}: usage is kept for {KEPT_DAYS} days")
    if first > last:
        raise _refused("start_date: must not be after end_date")
    granularity = asked.text("granularity") or "day"
    if granularity not in GRANULARITIES:
        raise _refused(f"granularity: must be one of {', '.join(GRANULARITIES)}")
    return Span(first, last, granularity, asked.number("limit", MAX_PERIODS, 1, MAX_PERIODS))


def known_key(asked: Query, book: Ledger) -> str | None:
    """The `key_id` that is asked for. Raises Refused for one that the account does not have."""
    key_id = asked.text("key_id")
    if key_id is not None and key_id not in {key.id for key in book.keys}:
        raise _refused("key_id: this account has no key of this id")
    return key_id


def _date(asked: Query, name: str) -> date | None:
    text: Any = asked.text(name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError:
        raise _refused(f"{name}: must be a date such as 2026-01-31") from None


def _refused(sentence: str) -> Refused:
    return Refused(sentence, facts={"errors": [sentence]})
