"""What is asked of whoever runs a model, and how that fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from chalicelib.text.summary import Usage

FINAL: Final = 1
MALFORMED: Final = 2
"""An answer that makes no sense costs as much as a good one."""
TRANSIENT: Final = 3


@dataclass(frozen=True)
class Prompt:
    system: str
    user: str
    schema: Mapping[str, Any]
    """JSON Schema of the answer."""
    answer_tokens: int


@dataclass(frozen=True)
class Reply:
    data: Mapping[str, Any]
    """Anything: it is only known to be an object."""
    usage: Usage


class ModelError(Exception):
    """`reason` is shown to callers, so it holds nothing that a provider said. `tries`: how many calls such a
    failure is worth in all. `retry_after`: seconds, where the provider asked for a pause."""

    def __init__(
        self,
        reason: str,
        *,
        tries: int = FINAL,
        retry_after: float = 0,
        truncated: bool = False,
        usage: Usage | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.tries = tries
        self.retry_after = retry_after
        self.truncated = truncated
        self.usage = usage or Usage(calls=1)


class Provider(Protocol):
    name: str
    """As in BATCHREEL_ENGINE."""
    model: str

    def ask(self, prompt: Prompt, seconds: float) -> Reply:
        """One answer, waiting no longer than about `seconds`. Raises ModelError."""


def truncated(usage: Usage) -> ModelError:
    return ModelError("The model's answer did not fit its limit of length", truncated=True, usage=usage)


def malformed(usage: Usage | None = None) -> ModelError:
    return ModelError("The model's answer was not in the form asked for", tries=MALFORMED, usage=usage)


def filtered(usage: Usage) -> ModelError:
    return ModelError("The model's provider filtered the answer", usage=usage)


def count(value: Any) -> int:
    """Tokens as a provider reports them; 0 for what is no number."""
    return value if isinstance(value, int) and 0 <= value < 10**9 else 0
