"""GET /usage/limits: what the plan allows, how much of it is used, and what is running out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from chalice.app import Response

from chalicelib.accounts.plan import FEATURES
from chalicelib.api.usage_v1 import allowances
from chalicelib.api.usage_v1.answers import answer
from chalicelib.api.video_v1.lookup import caller
from chalicelib.api.video_v1.query import Query
from chalicelib.api.video_v1.refusals import enveloped
from chalicelib.clock import now_ms
from chalicelib.usage import requests, videos
from chalicelib.usage.days import day_of

WARN_AT: Final = 0.8
_SUBJECTS: Final = {
    "requests_per_hour": "requests an hour of this key",
    "videos_per_day": "videos a day of the account",
    "videos_per_month": "videos a month of the account",
}


@enveloped
def limits(request: Any) -> Response:
    account = caller(request)
    Query(request)
    now = now_ms()
    plan = account.plan
    rates = allowances.rate_limits(account, requests.keys_of(account.id), now)
    today = day_of(now)
    in_day, in_month = videos.on(account.id, today), videos.in_month(account.id, today)
    quotas = allowances.quotas(plan, in_day, in_month, now)
    data = {
        "plan": {"name": plan.name, "features": {name: plan.allows(name) for name in FEATURES}},
        "rate_limits": rates,
        "quotas": quotas,
        "concurrency": {"concurrent_jobs": {"limit": plan.concurrent_jobs}},
        "batch_size": {"limit": plan.batch_size},
        "retention_hours": {"limit": plan.retention_hours},
        "priority": {"highest": plan.priority},
        "keys": {"limit": plan.keys},
        "warnings": list(_warnings(rates | quotas)),
    }
    return answer(data, now)


def _warnings(found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, each in found.items():
        limit, used = each["limit"], each["used"]
        if limit is None or used < WARN_AT * limit:
            continue
        spent = "All of" if used >= limit else f"{used} of"
        yield f"{spent} the {limit} {_SUBJECTS[name]} are used; the count begins anew at {each['reset_at']}"
