"""Who calls, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.accounts.plan import Plan


@dataclass(frozen=True)
class Account:
    id: str
    plan: Plan
    key_id: str | None = None
    """Of the key that was sent; None for who is trusted without one."""
