"""SubRip. It has no escape, so what players take for markup is written with other characters."""

from __future__ import annotations

import re
from typing import Final

from chalicelib.text.exports.export import Export
from chalicelib.text.exports.subtitles import Voice, subtitles, wrapped
from chalicelib.text.exports.times import stamp
from chalicelib.text.result import Result

_LAST: Final = 100 * 3_600_000 - 1
"""Milliseconds: strict readers take two digits of hours."""
_BRACKETS: Final = str.maketrans("<>", "\u2039\u203a")
"""Players differ in what they take for a tag: some drop all between two brackets."""
_STAMP: Final = re.compile(r"(\d:\d{1,2}:\d{1,2})[.,](?=\d)")
"""Lenient readers begin a cue at any line with two of them."""
_OVERRIDE: Final = re.compile(r"\{(?=\\|[A-Za-z]:)")
"""{\\an8} and {y:i}, which players take from other formats."""


def export(result: Result, now_iso: str | None) -> Export:
    cues = (
        f"{number}\n{stamp(cue.start, ',')} --> {stamp(cue.end, ',')}\n"
        + "\n".join(_text(voice) for voice in cue.voices)
        + "\n"
        for number, cue in enumerate(subtitles(result.transcript.cues, _LAST), 1)
    )
    return Export("\n".join(cues).encode(), "application/x-subrip; charset=utf-8", "srt")


def _text(voice: Voice) -> str:
    said = f"{voice.speaker}: {voice.text}" if voice.speaker else voice.text
    plain = _STAMP.sub("\\1\u00b7", _OVERRIDE.sub("(", said))
    return wrapped(plain.translate(_BRACKETS))
