"""The first account of a deployment and its key."""

from __future__ import annotations

from chalicelib.accounts import account_rows, register
from infra import admin
from infra.admin import Issued, stacks

ACCOUNT, PLAN = "main", "admin"


def ensure(stack: str) -> Issued | None:
    """None if an account has a key already: it is shown by the run that makes it, and by no other."""
    stacks.use_outputs(stack)
    if any(record.keys for record in account_rows.every()):
        return None
    register.ensure(ACCOUNT, PLAN)
    return admin.ensure_key(ACCOUNT)
