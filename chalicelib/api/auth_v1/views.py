"""Keys in the words of this API. Never the key itself: that is shown once, when it is made."""

from __future__ import annotations

from typing import Any, Final

from chalicelib.accounts.key_rows import SCOPES, Key
from chalicelib.api import pace
from chalicelib.clock import iso

UNKEPT: Final = {"Cache-Control": "no-store"}
"""For answers that hold a key."""


def key(key: Key, now: int) -> dict[str, Any]:
    return {
        "key_id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "last_four": key.last_four,
        "scopes": scopes(key),
        "status": "expired" if key.expired(now) else "active",
        "created_at": iso(key.created_at),
        "expires_at": pace.when(key.expires_at),
        "last_used_at": pace.when(key.last_used_at),
        "replaced_by": key.replaced_by,
    }


def valid(key: Key) -> dict[str, Any]:
    return {"valid": True, **_facts(key)}


def invalid(key: Key) -> dict[str, Any]:
    reason = "expired" if key.revoked_at is None else "revoked"
    return {"valid": False, "reason": reason, **_facts(key)}


def _facts(key: Key) -> dict[str, Any]:
    return {
        "key_id": key.id,
        "account": key.account,
        "scopes": scopes(key),
        "plan": key.plan.name,
        "expires_at": pace.when(key.expires_at),
    }


def scopes(key: Key) -> list[str]:
    return [scope for scope in SCOPES if scope in key.scopes]
