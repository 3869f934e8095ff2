"""The author's own chapters, from lines such as `12:30 Topic` in a video's description. Pure."""

from __future__ import annotations

import re

from chalicelib.text.captions.clean import clean
from chalicelib.text.transcript import Chapter

MAX_CHARACTERS = 20_000
MAX_LINE = 1000
MAX_CHAPTERS = 200
MAX_TITLE = 200
_TIME = re.compile(r"(?<![\d:])(?:(\d{1,2}):)?([0-5]?\d):([0-5]\d)(?![\d:])")
_EDGES = " \t-–—|:.•*·>()[]~►▶"


def chapters(description: str, duration: float | None) -> tuple[Chapter, ...]:
    """Only what YouTube itself would take for chapters: two or more lines, the first at 0:00, each later than
    the one before and within the video (`duration` in seconds)."""
    found: list[Chapter] = []
    for line in description[:MAX_CHARACTERS].splitlines():
        chapter = _chapter(line[:MAX_LINE])
        if chapter is None or (duration is not None and chapter.start >= duration):
            continue
        if chapter.start > found[-1].start if found else chapter.start == 0:
            found.append(chapter)
    return tuple(found[:MAX_CHAPTERS]) if len(found) > 1 else ()


def _chapter(line: str) -> Chapter | None:
    """A time at the beginning or at the end of the line; the rest is its title."""
    for time in _TIME.finditer(line):
        before, after = line[: time.start()].strip(_EDGES), line[time.end() :].strip(_EDGES)
        title = after if not re.search(r"[^\W\d_]", before) else before
        if title and (title is after or not after):
            hours, minutes, seconds = (int(number or 0) for number in time.groups())
            return Chapter(hours * 3600 + minutes * 60 + seconds, clean(title)[:MAX_TITLE])
    return None
