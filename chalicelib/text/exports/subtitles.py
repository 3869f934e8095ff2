"""What SRT and WebVTT have in common: cues that follow each other and never overlap.

Cues of automatic captions overlap by design (the next line rolls in while the last is still shown), and
strict players refuse or stack them; so a cue ends when the next begins.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

from chalicelib.text.exports.clean import MAX_SECONDS, line, seconds
from chalicelib.text.transcript import Cue

LINE_CHARACTERS: Final = 42
_UNTIMED: Final = 2000
"""Milliseconds that a cue without a duration is shown, if no other follows."""
LAST: Final = int(MAX_SECONDS * 1000) + _UNTIMED


@dataclass(frozen=True)
class Voice:
    text: str
    """One line, not empty."""
    speaker: str = ""


@dataclass(frozen=True)
class Subtitle:
    """Times are milliseconds; `end` is later than `start` and no later than the next one's start."""

    start: int
    end: int
    voices: tuple[Voice, ...]
    """What begins at the same moment."""


def subtitles(cues: Iterable[Cue], last: int = LAST) -> Iterator[Subtitle]:
    """`last`: the latest end that can be written; what begins too late for it is all shown there."""

    def start_of(cue: Cue) -> int:
        return min(round(seconds(cue.start) * 1000), last - _UNTIMED)

    starting = [(start, list(group)) for start, group in groupby(sorted(cues, key=start_of), key=start_of)]
    spoken = [(start, group, voices) for start, group in starting if (voices := _voices(group))]
    for (start, group, voices), following in pairwise([*spoken, (last, [], ())]):
        end = max(round(seconds(cue.end) * 1000) for cue in group)
        if end <= start:
            end = start + _UNTIMED
        yield Subtitle(start, min(end, following[0]), voices)


def wrapped(text: str) -> str:
    """Lines of about 42 characters. Words are never cut: scripts without spaces have no safe place for it."""
    return "\n".join(textwrap.wrap(text, LINE_CHARACTERS, break_long_words=False, break_on_hyphens=False))


def _voices(cues: Iterable[Cue]) -> tuple[Voice, ...]:
    said = (Voice(line(cue.text), line(cue.speaker or "")) for cue in cues)
    return tuple(voice for voice in said if voice.text)
