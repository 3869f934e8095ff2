"""GET /usage/current: this calendar month (UTC), this request included."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from chalice.app import Response

from chalicelib.api.usage_v1 import allowances, views
from chalicelib.api.usage_v1.answers import answer
from chalicelib.api.usage_v1.query import known_key
from chalicelib.api.video_v1.lookup import caller
from chalicelib.api.video_v1.query import Query
from chalicelib.api.video_v1.refusals import enveloped
from chalicelib.clock import now_ms
from chalicelib.usage import ledger, requests, videos
from chalicelib.usage.days import day_of
from chalicelib.usage.ledger import Ledger, Period
from chalicelib.usage.videos import Counted


@enveloped
def current(request: Any) -> Response:
    account = caller(request)
    asked = Query(request, "key_id")
    now = now_ms()
    today = day_of(now)
    book = ledger.read(account.id, today.replace(day=1), today, today)
    key_id = known_key(asked, book)
    counted = videos.in_month(account.id, today)
    data = {
        "current_period": views.counters(_month(book, counted, today, key_id)),
        "rate_limits": allowances.rate_limits(account, book.keys, now),
        "quotas": allowances.quotas(account.plan, book.videos.get(today, Counted()), counted, now),
        "keys": [
            {
                "key_id": key.id,
                "name": key.name,
                "retired": key.revoked_at is not None,
                **views.counters(_month(book, counted, today, key.id)),
            }
            for key in book.keys
            if key_id in (None, key.id)
        ],
    }
    return answer(data, now)


def _month(book: Ledger, counted: Counted, today: date, key_id: str | None) -> Period:
    """Requests and videos by the month's own counters, which the limits go by."""
    period = book.period(today.replace(day=1), today, key_id)
    sent = sum(requests.in_month(key, today) for key in book.keys if key_id in (None, key.id))
    return replace(period, requests=sent, videos=counted.of(key_id))
