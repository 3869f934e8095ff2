"""The request bodies."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.accounts import issuing
from chalicelib.api.bodies import SENTENCE, Strict
from chalicelib.api.times import Time

MAX_NAME: Final = 100
MOST_SECONDS: Final = 10 * 365 * 24 * 3600
"""That a key may live, if it is to end at all."""


def _printable(name: str) -> str:
    if not name.isprintable() or not name.strip():
        raise PydanticCustomError("name", "must be printable, and not only spaces")
    return name


def _each_once(scopes: list[str]) -> list[str]:
    if len(set(scopes)) < len(scopes):
        raise PydanticCustomError("repeated", "must name each scope once")
    return scopes


Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(_printable)]
Scopes = Annotated[list[Literal["read", "process", "admin"]], Field(min_length=1), AfterValidator(_each_once)]
Seconds = Annotated[int, Field(ge=1, le=MOST_SECONDS)]


class NewKey(Strict):
    name: Name
    scopes: Scopes | None = None
    expires_at: Time | None = None
    expires_in: Seconds | None = None

    @model_validator(mode="after")
    def _one_end(self) -> NewKey:
        if self.expires_at is not None and self.expires_in is not None:
            raise PydanticCustomError(SENTENCE, "send expires_at or expires_in, not both")
        return self


class Changes(Strict):
    name: Name | None = None
    scopes: Scopes | None = None
    expires_at: Time | None = None
    """None, if it is sent: never."""

    def given(self) -> dict[str, Any]:
        """Null is the same as leaving a field out, but for `expires_at`."""
        sent = self.model_dump(exclude_unset=True)
        return {name: value for name, value in sent.items() if value is not None or name == "expires_at"}


class Rotation(Strict):
    overlap_seconds: Annotated[int, Field(ge=0, le=issuing.MOST_OVERLAP)] | None = None


class Question(Strict):
    api_key: Annotated[SecretStr, Field(min_length=1, max_length=1000)] | None = None
