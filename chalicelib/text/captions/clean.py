"""Text of captions without markup and without what cannot be printed. All patterns run in linear time."""

from __future__ import annotations

import html
import re
from typing import Final

from chalicelib.sites.clean import clean

__all__ = ["MAX_SECONDS", "clean", "tag_of", "without_markup"]

MAX_SECONDS: Final = 360_000
"""A hundred hours; no video is as long, and times beyond are mistakes."""

# only known tags: "if a < b and c > d" is text
_TAG = re.compile(
    r"</?(?:b|i|u|s|c|v|em|font|strong|span|small|ruby|rt|lang)(?:[ .\t/][^<>]*)?>"
    r"|<[\d:.]+>"  # the time of a word
    r"|\{\\[^{}]*\}",  # places and styles as SubStation has them
    re.IGNORECASE,
)
_LINE_END = re.compile(r"</?(?:br|p)(?:[ \t/][^<>]*)?>", re.IGNORECASE)
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,4}")


def without_markup(text: str) -> str:
    """Line breaks stay."""
    return _unescape(_TAG.sub("", _LINE_END.sub("\n", text)))


def tag_of(language: str | None) -> str | None:
    """A BCP 47 tag as far as its form goes; None for anything else."""
    found = _LANGUAGE_TAG.fullmatch((language or "").strip())
    return found[0].replace("_", "-") if found else None


def _unescape(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:  # a numeric entity with more digits than Python turns into a number
        return text
