"""An API key, and the row of the accounts table that it is kept as: `K#<SHA-256>`, never the key itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from chalicelib.accounts import counters
from chalicelib.accounts.plan import Plan, from_json

READ: Final = "read"
PROCESS: Final = "process"
ADMIN: Final = "admin"
"""Manages keys, and includes the others."""
SCOPES: Final = (READ, PROCESS, ADMIN)
LIVE: Final = (
    "attribute_exists(pk) AND attribute_not_exists(revoked_at)"
    " AND (attribute_not_exists(expires_at) OR expires_at > :now)"
)
"""Condition on a row; `:now` in milliseconds."""
_SHOWABLE: Final = 24
"""Characters: of a shorter key its beginning and end would be too much of it."""
_serializer, _deserializer = TypeSerializer(), TypeDeserializer()


@dataclass(frozen=True, kw_only=True)
class Key:
    """Times are milliseconds since the epoch."""

    digest: str
    """SHA-256 of the key."""
    id: str
    account: str
    name: str
    prefix: str
    last_four: str
    scopes: frozenset[str]
    plan: Plan
    """A copy of the account's: a request reads no other row."""
    revision: int
    """Of the account's plan."""
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None
    replaced_by: str | None = None
    """The id of the key that a rotation has made for it."""
    last_used_at: int | None = None
    counters: Mapping[str, int] = field(default_factory=dict)

    def may(self, scope: str) -> bool:
        return scope in self.scopes or ADMIN in self.scopes

    def expired(self, now: int) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def live(self, now: int) -> bool:
        return self.revoked_at is None and not self.expired(now)


def hashed(key: str) -> str:
    """Keys are found by their hash, so no comparison leaks a key's beginning."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def shown(key: str) -> tuple[str, str]:
    """What may be seen of it: its beginning and its end."""
    return (key[:7], key[-4:]) if len(key) >= _SHOWABLE else ("", "")


def address(digest: str) -> dict[str, Any]:
    return {"pk": {"S": f"K#{digest}"}, "sk": {"S": "#"}}


def to_row(key: Key) -> dict[str, Any]:
    """Of a new one."""
    plain = {
        "account": key.account,
        "key_id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "last_four": key.last_four,
        "scopes": set(key.scopes),
        "created_at": key.created_at,
        **copied(key.plan, key.revision),
    }
    if key.expires_at is not None:
        plain["expires_at"] = key.expires_at
    return address(key.digest) | values(plain)


def copied(plan: Plan, revision: int) -> dict[str, Any]:
    """What a key's row has of its account. The rate alone, too, for conditions."""
    return {"plan": plan.to_json(), "rate": plan.requests_per_hour, "revision": revision}


def values(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _serializer.serialize(value) for name, value in plain.items()}


def from_row(row: Mapping[str, Any]) -> Key:
    plain = {name: _deserializer.deserialize(value) for name, value in row.items()}
    times = ("created_at", "expires_at", "revoked_at", "last_used_at", "revision")
    return Key(
        digest=plain["pk"].removeprefix("K#"),
        id=plain["key_id"],
        account=plain["account"],
        name=plain["name"],
        prefix=plain["prefix"],
        last_four=plain["last_four"],
        scopes=frozenset(plain["scopes"]),
        plan=from_json(plain["plan"]),
        replaced_by=plain.get("replaced_by"),
        counters={name: int(value) for name, value in plain.items() if counters.is_one(name)},
        **{name: int(plain[name]) for name in times if name in plain},
    )
