"""How much of what a plan allows is used. What has no limit says null."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.accounts import quota
from chalicelib.accounts.account import Account
from chalicelib.accounts.counters import HOUR_MS
from chalicelib.accounts.key_rows import Key
from chalicelib.accounts.plan import Plan
from chalicelib.clock import iso
from chalicelib.usage import requests
from chalicelib.usage.videos import Counted


def rate_limits(account: Account, keys: Sequence[Key], now: int) -> dict[str, Any]:
    """Of the key that asks: each has its own."""
    used = sum(requests.in_hour(key, now) for key in keys if key.id == account.key_id)
    reset_at = iso((now // HOUR_MS + 1) * HOUR_MS)
    return {"requests_per_hour": allowance(account.plan.requests_per_hour, used, reset_at)}


def quotas(plan: Plan, in_day: Counted, in_month: Counted, now: int) -> dict[str, Any]:
    """Of all keys of the account together."""
    days_end, months_end = iso(quota.day(now).ends), iso(quota.month(now).ends)
    return {
        "videos_per_day": allowance(plan.videos_per_day, in_day.total, days_end),
        "videos_per_month": allowance(plan.videos_per_month, in_month.total, months_end),
    }


def allowance(limit: int | None, used: int, reset_at: str) -> dict[str, Any]:
    remaining = None if limit is None else max(0, limit - used)
    return {"limit": limit, "used": used, "remaining": remaining, "reset_at": reset_at}
