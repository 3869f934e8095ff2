"""Fields of an output that are more than a word or a number, and how a choice is refused."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, TypeVar

from pydantic import BeforeValidator, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.api.bodies import Strict

V = TypeVar("V")

MOST_SECONDS: Final = 7 * 24 * 3600
LEAST_SECONDS: Final = 0.01
"""Of a trim: less may hold no sample at all."""
MOST_TRACK: Final = 99
_BITRATE = re.compile(r"([1-9][0-9]{0,3})k")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")


def _complaint(why: str) -> PydanticCustomError:
    return PydanticCustomError("output", "{why}", {"why": why})


def had(value: V, problem: str | None) -> V:
    """Raises PydanticCustomError if there is a problem with it."""
    if problem:
        raise _complaint(problem)
    return value


def bits(bitrate: str | None) -> int | None:
    """bit/s of `192k`; None for what does not look so."""
    match = _BITRATE.fullmatch(bitrate or "")
    return int(match.group(1)) * 1000 if match else None


def _moment(value: Any) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is not None and not (number and 0 <= value <= MOST_SECONDS):
        raise _complaint(f"must be a number of seconds from 0 to {MOST_SECONDS}")
    return value


def _track(value: Any) -> Any:
    numbered = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_TRACK
    spoken = isinstance(value, str) and _LANGUAGE.fullmatch(value)
    if value is not None and not (numbered or spoken):
        raise _complaint(f'must be a number from 0 to {MOST_TRACK} or a language like "de" or "deu"')
    return value


Moment = Annotated[float | None, BeforeValidator(_moment)]
Track = Annotated[int | str | None, BeforeValidator(_track)]


class Trim(Strict):
    start: Moment = None
    end: Moment = None

    @field_validator("end")
    @classmethod
    def _after_the_start(cls, end: float | None, info: ValidationInfo) -> float | None:
        if end is not None and end < (info.data.get("start") or 0) + LEAST_SECONDS:
            raise _complaint(f"must be at least {LEAST_SECONDS} s after the start")
        return end

    @model_validator(mode="after")
    def _says_something(self) -> Trim:
        if self.start is None and self.end is None:
            raise _complaint("must have a start, an end or both")
        return self
