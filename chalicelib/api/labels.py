"""The caller's own names: an id per job, and pairs of text per batch. Alike on both APIs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

MAX_PAIRS = 16

CustomId = Annotated[str, Field(min_length=1, max_length=64)]
_Key = Annotated[str, Field(min_length=1, max_length=64)]
_Value = Annotated[str, Field(max_length=512)]
Metadata = Annotated[dict[_Key, _Value], Field(max_length=MAX_PAIRS)]
