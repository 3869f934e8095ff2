"""What a submission would need and cost, in the words of the text API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from chalicelib.accounts.account import Account
from chalicelib.batches import dry_run
from chalicelib.batches.dry_run import Prospect
from chalicelib.batches.submit import Submission
from chalicelib.clock import Clock, now_ms
from chalicelib.usage import videos
from chalicelib.usage.days import day_of
from chalicelib.usage.estimate import Estimate, estimate
from chalicelib.usage.told import dollars

DEFAULT_MINUTES: Final = 10
MAX_MINUTES: Final = 24 * 60


def estimated(account: Account, new: Submission, minutes: int, clock: Clock = now_ms) -> dict[str, Any]:
    """`minutes`: of each source, on average. Raises NamesTaken."""
    prospect = dry_run.look(new, minutes * 60)
    costs = estimate(prospect.efforts)
    quota = _quota(account, len(new.jobs), clock())
    return {
        "allowed": quota["fits"] and prospect.has_room,
        "total_jobs": len(new.jobs),
        "jobs_to_run": len(prospect.efforts),
        "quota": quota,
        "queue": {
            "waiting": prospect.waiting,
            "has_room": prospect.has_room,
            "estimated_seconds_first": prospect.first_seconds,
            "estimated_seconds_last": prospect.last_seconds,
        },
        "compute_seconds": {name: n.compute_ms / 1000 for name, n in vars(costs).items()},
        "estimated_cost_usd": {name: dollars(n.cost) for name, n in vars(costs).items()},
        "assumptions": list(_assumptions(prospect, costs, minutes)),
    }


def _quota(account: Account, jobs: int, now: int) -> dict[str, Any]:
    """Of all keys of the account together."""
    today = day_of(now)
    day = _after(account.plan.videos_per_day, videos.on(account.id, today).total, jobs)
    month = _after(account.plan.videos_per_month, videos.in_month(account.id, today).total, jobs)
    fits = all(each["remaining_after"] is None or each["remaining_after"] >= 0 for each in (day, month))
    return {"fits": fits, "videos_per_day": day, "videos_per_month": month}


def _after(limit: int | None, used: int, jobs: int) -> dict[str, Any]:
    """`remaining_after` is below 0 by as many videos as there are too many."""
    remaining = None if limit is None else max(0, limit - used)
    after = None if limit is None else limit - used - jobs
    return {"limit": limit, "used": used, "remaining": remaining, "remaining_after": after}


def _assumptions(prospect: Prospect, costs: Estimate, minutes: int) -> Iterator[str]:
    yield f"Each source lasts {minutes} minutes: say how long with the query parameter minutes"
    yield "low: sources arrive at once, and what is in the right format already is only copied"
    yield "high: twice the likely time of a worker, for slow sources or a second try"
    models = {effort.model for effort in prospect.efforts if effort.model}
    for model in sorted(models):
        yield f"{model} reads and writes as much as for a usual talk; low is half of that and high twice"
    if costs.likely.tokens_unpriced:
        yield "The model has no price, so costs are not known: the operator sets it in BATCHREEL_MODEL_PRICES"
    if any(effort.recogniser for effort in prospect.efforts):
        yield "high: no captions are found, and a recogniser listens to all of it"
    if any(effort.expands for effort in prospect.efforts):
        yield "A playlist or channel counts as one: how many videos it has is known when it is read"
