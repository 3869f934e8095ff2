"""The faces that take orders, and what HTTP would answer them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from chalice.app import Response

from chalicelib.api import audio_v1, envelopes, video_v1
from chalicelib.api.orders import Face
from chalicelib.errors import BatchreelError, QuotaExceeded

FACES = (audio_v1.FACE, video_v1.FACE)


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
        """Whether the same order may fare better soon: a day or a month is nothing to wait for."""
        if not self.accepted and self.envelope["error"]["code"] == QuotaExceeded.code:
            return False
        return self.retry_after is not None or self.status >= 500


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
