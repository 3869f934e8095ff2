"""Types of single fields."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from chalicelib.api.urls import UrlText, reachable
from chalicelib.settings import settings
from chalicelib.text import urls
from chalicelib.text.request import MAX_INSTRUCTIONS, MODES

MAX_CAPTIONS = 2_000_000
"""Bytes of UTF-8: what comes within a request must fit into one, next to others."""
MAX_ATTRIBUTION = 200
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*|auto")


def _video(url: str) -> str:
    try:
        target = urls.parse(url)
    except ValueError as error:
        raise PydanticCustomError("url", "{why}", {"why": str(error).removeprefix("`url` ")}) from error
    if target.kind == "media":
        reachable(target.url)
    return url


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "must not be blank")
    return text


def _small(captions: str) -> str:
    if len(captions.encode()) > MAX_CAPTIONS:
        raise PydanticCustomError(
            "large", "must have at most {most} bytes: use captions_url", {"most": MAX_CAPTIONS}
        )
    return captions


def _few(modes: Any) -> Any:
    """Looked at before the modes themselves, of which there may be a million wrong ones."""
    if isinstance(modes, list) and len(modes) > len(MODES):
        raise PydanticCustomError("many", "must have at most {most} modes", {"most": len(MODES)})
    return modes


def _different(modes: list[str]) -> list[str]:
    if len(set(modes)) < len(modes):
        raise PydanticCustomError("twice", "must not name a mode twice")
    return modes


def _code(language: str) -> str:
    if not _LANGUAGE.fullmatch(language):
        raise PydanticCustomError("language", 'must be a BCP 47 code like "en" or "pt-BR", or "auto"')
    return language


def _expandable(videos: int) -> int:
    most = settings().expand_limit
    if not 1 <= videos <= most:
        raise PydanticCustomError("range", "must be from 1 to {most}", {"most": most})
    return videos


VideoUrl = Annotated[UrlText, AfterValidator(_video)]
Mode = Literal["tldr", "brief", "detailed", "study_notes", "timestamped", "key_insights"]
Modes = Annotated[list[Mode], Field(min_length=1), AfterValidator(_different), BeforeValidator(_few)]
Priority = Literal["low", "normal", "high"]
Instructions = Annotated[str, Field(max_length=MAX_INSTRUCTIONS), AfterValidator(_not_blank)]
Captions = Annotated[str, AfterValidator(_not_blank), AfterValidator(_small)]
CaptionsFormat = Literal["srt", "vtt", "json", "txt"]
Language = Annotated[str, Field(max_length=35), AfterValidator(_code)]
"""BCP 47, or `auto`."""
Length = Annotated[int, Field(ge=100, le=100_000_000)]
Videos = Annotated[int, AfterValidator(_expandable)]
Attribution = Annotated[str, Field(max_length=MAX_ATTRIBUTION)]
