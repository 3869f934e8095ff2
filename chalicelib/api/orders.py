"""Work as it is handed in, by HTTP or by a message: one path for both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chalice.app import Response

from chalicelib.accounts import quota
from chalicelib.accounts.account import Account
from chalicelib.accounts.quota import Quota
from chalicelib.api import idempotency
from chalicelib.batches.guards import Guard
from chalicelib.clock import now_ms


@dataclass(frozen=True)
class Order:
    """The body of one of the two calls that hand in work, and who sends it."""

    account: Account
    body: bytes
    key: str | None = None
    """Of idempotency, as idempotency.sent returns it."""
    reply_to: str | None = None
    """URL of the queue that is told when its jobs end; messages alone may name one."""
    correlation_id: str | None = None

    def idempotency(self, path: str) -> tuple[str, str] | None:
        """For Submission.idempotency; `path` with the face's name in front."""
        return (self.key, path) if self.key else None

    @property
    def quota(self) -> Quota:
        return quota.of(self.account)

    def guards(self, videos: int) -> Sequence[Guard]:
        """For Submission.guards: each of the videos counts."""
        return self.quota.counts(self.account.id, videos, now_ms())

    @property
    def longest(self) -> int:
        """For Submission.longest."""
        return self.account.plan.retention_seconds

    @property
    def limits(self) -> Mapping[str, Any]:
        """For Submission.limits: the videos of a list count when they are known."""
        return asdict(self.quota)

    @property
    def concurrent(self) -> int | None:
        """For Submission.concurrent."""
        return self.account.plan.concurrent_jobs


@dataclass(frozen=True)
class Face:
    """What a face does with orders, and how it says no."""

    batch: Callable[[Order], Response]
    single: Callable[[Order], Response]
    arrays: frozenset[str]
    """Fields that only the body of a batch has."""
    sender: Callable[[str], Account]
    """Whose key this is that hands in work. Raises Unauthorized, Forbidden, RateLimited."""
    enveloped: Callable[[Callable[..., Response]], Callable[..., Response]]


def ordered(request: Any, account: Account) -> Order:
    """Raises InvalidRequest."""
    return Order(account, request.raw_body, idempotency.sent(request.headers))
