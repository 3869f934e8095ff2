"""Work as it is handed in, by HTTP or by a message: one path for both."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from chalice.app import Response

from chalicelib.accounts.keys import Account
from chalicelib.api import audio_v1, envelopes, idempotency, video_v1
from chalicelib.errors import BatchreelError

FACES = (audio_v1.FACE, video_v1.FACE)


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


@dataclass(frozen=True)
class Face:
    """What a face does with orders, and how it says no."""

    batch: Callable[[Order], Response]
    single: Callable[[Order], Response]
    arrays: frozenset[str]
    """Fields that only the body of a batch has."""
    caller: Callable[[Mapping[str, str]], Account]
    enveloped: Callable[[Callable[..., Response]], Callable[..., Response]]


@dataclass(frozen=True)
class Answer:
    """Of HTTP, for who was asked another way."""

    status: int
    envelope: Mapping[str, Any]
    retry_after: int | None
    """Seconds."""

    @property
    def accepted(self) -> bool:
        return self.status < 300

    @property
    def transient(self) -> bool:
        """Whether the same order may fare better later."""
        return self.retry_after is not None or self.status >= 500


def ordered(request: Any, account: Account) -> Order:
    """Raises InvalidRequest."""
    return Order(account, request.raw_body, idempotency.sent(request.headers))


def face(name: str) -> Face:
    """Imported when used, as the views are."""
    found: Face = import_module(f"chalicelib.api.{name}.submit").ORDERS
    return found


def answered(face: Face | None, take: Callable[[], Response]) -> Answer:
    """What `take` answers or raises, as HTTP would say it; without a face, as the first one does."""
    response = (face.enveloped if face else envelopes.enveloped)(take)()
    retry = response.headers.get("Retry-After")
    return Answer(response.status_code, json.loads(response.body), int(str(retry)) if retry else None)


def refused(error: BatchreelError) -> Answer:
    return answered(None, lambda: envelopes.failure(error))
