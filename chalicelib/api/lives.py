"""How long results are to live: whole seconds. Alike on both APIs."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from chalicelib.batches.lifetimes import LEAST_SECONDS, MOST_SECONDS


def _life(seconds: int) -> int:
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        why = f"must be from {LEAST_SECONDS} to {MOST_SECONDS} seconds (1 hour to 30 days)"
        raise PydanticCustomError("life", "{why}", {"why": why})
    return seconds


ExpiresAfter = Annotated[int, AfterValidator(_life)]
