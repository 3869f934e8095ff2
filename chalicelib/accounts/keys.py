"""API keys of an account: shown once, found and changed by their ids."""

from __future__ import annotations

from typing import Any

from chalicelib.accounts import (
    account_rows,
    counters,
    issuing,
    key_reading,
    key_rows,
    plans,
    register,
    retiring,
)
from chalicelib.accounts.issuing import Wanted
from chalicelib.accounts.key_rows import LIVE, SCOPES, Key
from chalicelib.accounts.plan import Plan, overrides
from chalicelib.accounts.transaction import transact
from chalicelib.clock import now_ms
from chalicelib.errors import Conflict


def create(account: str, key: str | None = None, plan: Plan | None = None) -> str:
    """A new key with every scope, or the given one, of the account, which is made if there is none.

    Raises Conflict, and ValueError for a name that no account may have."""
    register.ensure(account)
    if plan:
        base = plans.find(plan.name) or register.effective(plans.DEFAULT)
        name = base.name
        register.set_plan(account, name, overrides(plan, base))
    wanted = Wanted(account=account, name="made by the operator", scopes=frozenset(SCOPES), at=now_ms())
    return issuing.issue(wanted, key)[1]


def listed(account: str) -> list[Key]:
    """Oldest first: all that are not revoked. An expired one stays until its place is needed."""
    record = account_rows.get(account)
    return key_reading.read(record.keys) if record else []


def get(account: str, key_id: str) -> Key:
    """Raises NotFound, also for a key that is revoked and for another account's."""
    for key in listed(account):
        if key.id == key_id:
            return key
    raise retiring.no_key()


def change(key: Key, changes: dict[str, Any], now: int, by: str | None = None) -> Key:
    """`changes`: `name`, `scopes`, `expires_at` (None: never). Raises NotFound for a key that is revoked,
    Conflict for one that has expired and for the end of one that has been replaced, Unauthorized."""
    condition = LIVE
    if "expires_at" in changes:
        condition += " AND attribute_not_exists(replaced_by)"
    expression, values = _expression(key, changes, now)
    update = {
        "Key": key_rows.address(key.digest),
        "UpdateExpression": expression,
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {f"#{name}": name for name in changes},
        "ExpressionAttributeValues": values,
    }
    lost = transact({"Update": update}, *retiring.asker(None if by == key.digest else by, now))
    if lost == [1]:
        raise retiring.asker_refused()
    fresh = get(key.account, key.id)
    if lost and fresh.expired(now):
        raise retiring.expired()
    if lost:
        sentence = "expires_at: the API key has been replaced, and ends when its rotation says so"
        raise Conflict(sentence, code="KEY_ALREADY_ROTATED")
    return fresh


def _expression(key: Key, changes: dict[str, Any], now: int) -> tuple[str, dict[str, Any]]:
    """Counters that are no longer kept go with it."""
    kept = {name: value for name, value in changes.items() if value is not None}
    gone = [f"#{name}" for name in changes if name not in kept] + counters.left_over(key.counters, now)
    sets = f"SET {', '.join(f'#{name} = :{name}' for name in kept)}" if kept else ""
    removes = f" REMOVE {', '.join(gone)}" if gone else ""
    values = {f":{name}": set(value) if name == "scopes" else value for name, value in kept.items()}
    return (sets + removes).strip(), key_rows.values({**values, ":now": now})
