"""Whether an answer is a whole summary of its mode, and not just the beginnings of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.text.language import base
from chalicelib.text.segments import closed, split
from chalicelib.text.summarize.engine import Talk
from chalicelib.text.summary import Section
from chalicelib.text.transcript import Cue

NOTHING: Final = "The model's answer held nothing that the transcript supports"
THIN: Final = "The model's answer was not complete"
_LONG: Final = 300.0
"""Seconds of a talk from which on there is more than one thing to say of it."""
_FEWEST: Final[Mapping[str, Mapping[str, int]]] = {
    "brief": {"points": 2},
    "detailed": {"sections": 2},
    "study_notes": {"sections": 2, "questions": 2},
    "timestamped": {"sections": 2},
    "key_insights": {"points": 3},
}
"""Of a long talk: half of what a model is asked for at least."""
_NEEDED: Final[Mapping[str, Sequence[str]]] = {
    "tldr": ("overview",),
    "brief": ("overview", "points"),
    "detailed": ("sections",),
    "study_notes": ("sections", "questions"),
    "timestamped": ("sections",),
    "key_insights": ("points",),
}
_LATEST_BEGINNING, _LONGEST_SECTION = 0.25, 0.75
"""Shares of a long talk."""


class Unusable(Exception):
    """`reason`: a short sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_whole(mode: str, filled: Mapping[str, Any], talk: Talk) -> None:
    """Raises Unusable."""
    if not any(filled[name] for name in _NEEDED[mode]):
        raise Unusable(NOTHING)
    sections: Sequence[Section] = filled.get("sections", ())
    if sections and not any(section.points for section in sections):
        raise Unusable(NOTHING)
    if not all(filled[name] for name in _NEEDED[mode]):
        raise Unusable(THIN)
    if _seconds(talk) > _LONG and not _enough(mode, filled, talk):
        raise Unusable(THIN)


def _seconds(talk: Talk) -> float:
    return talk.segments[-1].end - talk.segments[0].start


def _enough(mode: str, filled: Mapping[str, Any], talk: Talk) -> bool:
    if mode == "timestamped":
        return _told(filled["sections"], talk) if talk.chapters else _spread(filled["sections"], talk)
    return all(len(filled[name]) >= least for name, least in _FEWEST.get(mode, {}).items())


def _told(sections: Sequence[Section], talk: Talk) -> bool:
    """Whether something is said of half of the author's chapters, leaving aside those without speech."""
    spoken = [s for s in sections if any(s.start <= segment.start < s.end for segment in talk.segments)]
    return 2 * sum(1 for section in spoken if section.points) >= len(spoken)


def _spread(sections: Sequence[Section], talk: Talk) -> bool:
    """Whether no large part of the talk lacks a section."""
    seconds = _seconds(talk)
    late = sections[0].points[0].start - talk.segments[0].start > _LATEST_BEGINNING * seconds
    return not late and all(s.end - s.start <= _LONGEST_SECTION * seconds for s in sections)


def first_sentences(text: str, language: str, most: int) -> str:
    sentences = [segment.text for segment in split([Cue(0.0, 1.0, text)], language)]
    if len(sentences) <= most:
        return text
    kept = ("" if base(language) in ("ja", "zh") else " ").join(sentences[:most])
    return kept if closed(kept) else f"{kept}…"
