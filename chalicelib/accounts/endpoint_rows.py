"""A saved webhook endpoint, and the row of the accounts table that it is kept as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from boto3.dynamodb.types import TypeSerializer

from chalicelib.accounts import sealed
from chalicelib.accounts.sealed import Sealed

EVENTS: Final = ("job.completed", "job.failed", "job.cancelled", "batch.completed")
TEST: Final = "webhook.test"
"""Sent when it is asked for, to any endpoint."""
_serializer = TypeSerializer()


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Times are milliseconds since the epoch."""

    id: str
    account: str
    url: str
    description: str
    events: tuple[str, ...]
    """Types; empty: all."""
    disabled_reason: str | None = None
    """`owner`, `gone` (it answered 410) or `failing`; None while it is enabled."""
    created_at: int
    updated_at: int
    failing_since: int | None = None
    """The first failure that no success has followed."""
    sealed: tuple[Sealed, ...]

    @property
    def enabled(self) -> bool:
        return self.disabled_reason is None

    def wants(self, event_type: str) -> bool:
        return not self.events or event_type in self.events or event_type == TEST


def key(account: str, endpoint_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"A#{account}"}, "sk": {"S": f"WE#{endpoint_id}"}}


def context(account: str, endpoint_id: str) -> dict[str, str]:
    """What KMS binds its secrets to."""
    return {"account": account, "endpoint": endpoint_id}


def to_row(endpoint: Endpoint) -> dict[str, Any]:
    """Of a new one: enabled, without failures, with one secret."""
    plain = {
        "url": endpoint.url,
        "description": endpoint.description,
        "events": endpoint.events,
        "created_at": endpoint.created_at,
        "updated_at": endpoint.updated_at,
        "cipher": endpoint.sealed[0].cipher,
    }
    return key(endpoint.account, endpoint.id) | values(plain)


def values(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _serializer.serialize(value) for name, value in plain.items()}


def from_row(row: Mapping[str, Any]) -> Endpoint:
    return Endpoint(
        id=row["sk"]["S"].removeprefix("WE#"),
        account=row["pk"]["S"].removeprefix("A#"),
        url=row["url"]["S"],
        description=row["description"]["S"],
        events=tuple(each["S"] for each in row["events"]["L"]),
        disabled_reason=row["disabled_reason"]["S"] if "disabled_reason" in row else None,
        created_at=int(row["created_at"]["N"]),
        updated_at=int(row["updated_at"]["N"]),
        failing_since=int(row["failing_since"]["N"]) if "failing_since" in row else None,
        sealed=sealed.of_row(row),
    )
