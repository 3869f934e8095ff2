"""The account of whoever runs the stack on their own machine."""

from __future__ import annotations

from typing import Any

from chalicelib.accounts import register

PLAN = "pro"
UNBOUNDED: dict[str, Any] = {
    "videos_per_day": None,
    "videos_per_month": None,
    "concurrent_jobs": None,
    "requests_per_hour": 1_000_000,
    "keys": 100,
}
"""The machine is theirs alone; what bounds them is the machine."""


def ensure_key(account: str, key: str | None = None) -> Any:
    """As infra.admin's, of an account with these limits."""
    from infra import admin

    register.ensure(account, PLAN)
    register.set_plan(account, PLAN, UNBOUNDED)
    return admin.ensure_key(account, key)
