"""The subtitle tracks and chapters in what `ffmpeg -i` tells. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib.audio import metadata, probe

TEXT_CODECS: Final = frozenset({"subrip", "srt", "mov_text", "webvtt", "ass", "ssa", "text"})
MOST_CHAPTERS: Final = 500
_SUBTITLE = re.compile(r"  Stream #0:(\d+)(?:\[\w+\])?(?:\(([^)]*)\))?: Subtitle: (\w+)(.*)")
_CHAPTER = re.compile(r"    Chapter #0:\d+: start (-?\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class SubtitleStream:
    index: int
    codec: str
    language: str | None
    """As the container has it, mostly ISO 639-2."""
    title: str | None
    default: bool
    forced: bool
    """Holds only what is foreign to the film's own language."""

    @property
    def is_text(self) -> bool:
        """Not pictures of text, as DVDs, Blu-rays and broadcasts have them."""
        return self.codec in TEXT_CODECS


@dataclass(frozen=True)
class Contents:
    subtitles: tuple[SubtitleStream, ...]
    chapters: tuple[tuple[float, str], ...]
    """Start in seconds and title."""
    tags: Mapping[str, str]
    duration: float | None
    """Seconds."""
    start: float
    """The container's first timestamp."""
    has_streams: bool
    """Whether any sound or picture was found."""


def parse(text: str, *, partial: bool) -> Contents:
    """Raises JobError INVALID_VIDEO if ffmpeg found no container. `partial`: of the start of a file."""
    lines = list(_without_chapters(text.splitlines()))
    info = probe.parse("\n".join(lines), partial=partial)
    streams = next((at for at, line in enumerate(lines) if line.startswith("  Stream #")), len(lines))
    return Contents(
        subtitles=tuple(_subtitles(lines)),
        chapters=tuple(_chapters(text.splitlines()))[:MOST_CHAPTERS],
        tags=metadata.parse(lines[:streams]),
        duration=info.duration,
        start=info.start,
        has_streams=bool(info.audio) or info.has_video,
    )


def _without_chapters(lines: list[str]) -> Iterator[str]:
    """Their titles look like those of the file."""
    inside = False
    for line in lines:
        if not line.startswith("    "):
            inside = line.startswith("  Chapters:")
        if not inside:
            yield line


def _subtitles(lines: list[str]) -> Iterator[SubtitleStream]:
    for at, line in enumerate(lines):
        found = _SUBTITLE.match(line)
        if found:
            index, code, codec, rest = found.groups()
            language, title = probe.language(code), probe.title_below(lines, at)
            yield SubtitleStream(int(index), codec, language, title, "(default)" in rest, "(forced)" in rest)


def _chapters(lines: list[str]) -> Iterator[tuple[float, str]]:
    for at, line in enumerate(lines):
        found = _CHAPTER.match(line)
        if found and (title := probe.title_below(lines, at)):
            yield max(0.0, float(found[1])), title
