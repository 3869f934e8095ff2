"""The chapters of a source as its result may have them. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chalicelib.audio import metadata
from chalicelib.audio.ffmetadata import Chapter

MOST = 255
"""ID3 and MP4 count them in one byte."""
_MOST_TITLE = 200
_MOST_SECONDS = 2**31 / 1000
"""ID3 counts milliseconds in four bytes."""


def within(chapters: Iterable[Chapter], start: float, end: float | None) -> tuple[Chapter, ...]:
    """Those that are heard between two times of the source, which becomes that of the result."""
    last = _MOST_SECONDS if end is None else end
    cut = [
        Chapter(max(each.start, start) - start, min(each.end, last) - start, each.title) for each in chapters
    ]
    heard = sorted((each for each in cut if each.end - each.start >= 0.001), key=lambda each: each.start)
    return tuple(
        Chapter(each.start, each.end, metadata.one_line(each.title, _MOST_TITLE)) for each in heard[:MOST]
    )


def comments(chapters: Sequence[Chapter]) -> dict[str, str]:
    """As Vorbis comments, for the formats whose muxer writes none by itself."""
    tags: dict[str, str] = {}
    for number, chapter in enumerate(chapters, start=1):
        tags[f"CHAPTER{number:03}"] = _clock(chapter.start)
        tags[f"CHAPTER{number:03}NAME"] = chapter.title
    return tags


def _clock(seconds: float) -> str:
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds / 1000:06.3f}"
