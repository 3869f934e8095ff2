"""How this API says no: `details` is always an object, and every status means what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from chalice.app import Response

from chalicelib.api import envelopes
from chalicelib.errors import BatchreelError, NotInPlan, RequestError

UNKNOWN_KEY: Final = "INVALID_API_KEY"
"""The code for a key that was sent, but is not valid."""


class Refused(RequestError):
    """`facts` are the members of `details`."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "INVALID_REQUEST",
        status: int = 422,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.status = status
        self.facts = facts or {}


def _details(error: BatchreelError) -> dict[str, Any]:
    if isinstance(error, NotInPlan):
        return {"details": {"feature": error.feature, "plan": error.plan}}
    return {"details": dict(error.facts) if isinstance(error, Refused) else {}}


def enveloped(view: Callable[..., Response]) -> Callable[..., Response]:
    return envelopes.enveloped(view, _details)
