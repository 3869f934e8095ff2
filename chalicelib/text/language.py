"""Which of a video's caption tracks to take. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from chalicelib.text.transcript import UNKNOWN_LANGUAGE

_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")
_OLD_CODES = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "tl": "fil"}
"""Codes that YouTube and old files still use, and what BCP 47 has instead."""

_NAMED_AS_A_WHOLE = {"nb": "no"}
"""Whoever says Norwegian means Bokmål; Nynorsk is named."""


class CaptionTrack(Protocol):
    @property
    def language(self) -> str: ...

    @property
    def is_generated(self) -> bool | None: ...


T = TypeVar("T", bound=CaptionTrack)


def choose(
    tracks: Sequence[T], language: str | None, *, spoken: str | None = None, default: T | None = None
) -> T | None:
    """The track in `language`, or in the language that is spoken if that is None; tracks made by people come
    before a machine's. None if there is no such track.

    `spoken`: the language of the speech, if known; else that of the machine's track is taken for it.
    `default`: the track that the site itself would show.
    """
    if language is not None:
        return best(tracks, language)
    known = spoken or _spoken(tracks, default)
    heard = best(tracks, known) if known else None
    return heard or default or next(iter(tracks), None)


def best(tracks: Iterable[T], language: str) -> T | None:
    """Exact code first, then the same language of any region; a person's work before a machine's."""
    wanted = normal(language)
    same = [track for track in tracks if base(track.language) == base(wanted)]

    def rank(track: T) -> tuple[bool, bool, bool]:
        code = normal(track.language)
        return code != wanted, bool(track.is_generated), "-" in code

    return min(same, key=rank, default=None)


def normal(code: str) -> str:
    """Lower case, dashes, today's code: `iw_IL` is `he-il`."""
    first, *rest = code.strip().replace("_", "-").lower().split("-")
    return "-".join([_OLD_CODES.get(first, first), *rest])


def base(code: str) -> str:
    first = normal(code).split("-")[0]
    return _NAMED_AS_A_WHOLE.get(first, first)


def tag(code: str) -> str:
    """BCP 47 for a site's code: YouTube gives named tracks codes such as `en-nP7-2PuUl7o`."""
    if _TAG.fullmatch(code):
        first, *rest = code.split("-")
        return "-".join([_OLD_CODES.get(first, first), *rest])
    return base(code) if _TAG.fullmatch(base(code)) else UNKNOWN_LANGUAGE


def _spoken(tracks: Sequence[T], default: T | None) -> str | None:
    """YouTube's machine writes down what it hears; where it has heard dubbed voices too, the shown one."""
    heard = [track for track in tracks if track.is_generated]
    if default is not None and default in heard:
        return default.language
    return heard[0].language if heard else None
