"""GET /usage/history: what was used by the day, the week (from Monday) or the month, all UTC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from chalice.app import Response

from chalicelib.api.usage_v1 import views
from chalicelib.api.usage_v1.answers import answer
from chalicelib.api.usage_v1.query import Span, known_key, span
from chalicelib.api.video_v1.lookup import caller
from chalicelib.api.video_v1.query import Query
from chalicelib.api.video_v1.refusals import enveloped
from chalicelib.clock import now_ms
from chalicelib.usage import ledger
from chalicelib.usage.amounts import Amounts
from chalicelib.usage.days import day_of
from chalicelib.usage.ledger import Period
from chalicelib.usage.told import dollars


@enveloped
def history(request: Any) -> Response:
    account = caller(request)
    asked = Query(request, "start_date", "end_date", "granularity", "limit", "key_id")
    now = now_ms()
    wanted = span(asked, day_of(now))
    book = ledger.read(account.id, wanted.first, wanted.last, day_of(now))
    key_id = known_key(asked, book)
    spans = list(periods(wanted.first, wanted.last, wanted.granularity))
    newest = [book.period(*each, key_id) for each in spans[-wanted.limit :]]
    data = {
        "periods": [views.counters(period) for period in newest],
        "summary": _summary(newest, wanted.granularity),
        "query_info": _query_info(wanted, key_id, left_out=len(spans) - len(newest)),
    }
    return answer(data, now)


def periods(first: date, last: date, granularity: str) -> Iterator[tuple[date, date]]:
    """First and last day of each, the oldest first. The outer ones are cut where the span ends."""
    while first <= last:
        following = {
            "day": first + timedelta(1),
            "week": first + timedelta(7 - first.weekday()),
            "month": (first.replace(day=1) + timedelta(32)).replace(day=1),
        }[granularity]
        yield first, min(last, following - timedelta(1))
        first = following


def _summary(shown: Sequence[Period], granularity: str) -> dict[str, Any]:
    used = sum((period.amounts for period in shown), start=Amounts())
    known = [period.requests for period in shown if period.requests is not None]
    sent = sum(known) if len(known) == len(shown) else None
    return {
        "total_periods": len(shown),
        "total_requests": sent,
        "total_tokens": used.tokens_in + used.tokens_out,
        "total_cost": dollars(used.cost),
        "avg_requests_per_period": None if sent is None else round(sent / len(shown), 2),
        "granularity": granularity,
    }


def _query_info(wanted: Span, key_id: str | None, *, left_out: int) -> dict[str, Any]:
    """`periods_left_out`: the oldest ones, beyond the limit."""
    return {
        "start_date": wanted.first.isoformat(),
        "end_date": wanted.last.isoformat(),
        "granularity": wanted.granularity,
        "limit": wanted.limit,
        "key_id": key_id,
        "periods_left_out": left_out,
    }
