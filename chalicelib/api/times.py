"""Moments that callers name: ISO 8601 with its zone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError


def _time(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        raise PydanticCustomError("time", "must be a time with its zone, like 2026-01-21T12:34:56Z")
    return text


Time = Annotated[str, AfterValidator(_time)]


def ms(time: str) -> int:
    """Since the epoch."""
    return round(datetime.fromisoformat(time).timestamp() * 1000)
