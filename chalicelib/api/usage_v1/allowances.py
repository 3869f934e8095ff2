"""How much of what a plan allows is used. What has no limit says null."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chalicelib.accounts.account import Account
from chalicelib.accounts.counters import HOUR_MS
from chalicelib.clock import iso
from chalicelib.usage import videos
from chalicelib.usage.days import day_of
from chalicelib.usage.requests import Key


def rate_limits(account: Account, keys: Sequence[Key], now: int) -> dict[str, Any]:
    """Of the key that asks: each has its own."""
    mine = next((key for key in keys if key.id == account.key_id), None)
    limit = mine.rate if mine and mine.rate is not None else account.plan.requests_per_hour
    used = mine.in_hour(now) if mine else 0
    return {"requests_per_hour": allowance(limit, used, iso((now // HOUR_MS + 1) * HOUR_MS))}


def quotas(account: Account, now: int) -> dict[str, Any]:
    """Of all keys of the account together."""
    today = day_of(now)
    in_day, in_month = videos.on(account.id, today), videos.in_month(account.id, today)
    plan = account.plan
    return {
        "videos_per_day": allowance(plan.videos_per_day, in_day.total, _midnight(today + timedelta(1))),
        "videos_per_month": allowance(
            plan.videos_per_month, in_month.total, _midnight(first_of_next_month(today))
        ),
    }


def allowance(limit: int | None, used: int, reset_at: str) -> dict[str, Any]:
    remaining = None if limit is None else max(0, limit - used)
    return {"limit": limit, "used": used, "remaining": remaining, "reset_at": reset_at}


def first_of_next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(32)).replace(day=1)


def _midnight(day: date) -> str:
    return iso(int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000)
