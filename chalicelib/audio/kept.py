"""What is known of a source beside its sound, and worth keeping: tags, chapters, and where the cover is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chalicelib.audio import ffmetadata, ffmpeg, metadata
from chalicelib.audio.ffmetadata import Chapter, Section
from chalicelib.audio.probe import Description

_TOLD_AT_FRONT = frozenset({"mp4", "mov", "flac", "ogg"})
"""Containers whose tags never stand behind the sound."""
_CHAPTER_TRACK = re.compile(rb"tref.{4}chap", re.DOTALL)
_MOST_BYTES = 4 << 20
_STREAM = "  Stream #0:"
_COVER = re.compile(_STREAM + r"(\d+)(?:\[\w+\])?(?:\([^)]*\))?: Video: .*\(attached pic\)")
_FRONT = re.compile(r"\s+comment\s*: Cover \(front\)")


@dataclass(frozen=True)
class Kept:
    tags: Mapping[str, str]
    chapters: tuple[Chapter, ...]
    """At the times of the source."""
    cover: int | None
    """Index of its stream."""

    @property
    def tags_only(self) -> bool:
        return not self.chapters and self.cover is None


def look(path: Path, stream: int, tick: Callable[[float], None]) -> Kept:
    """`stream` is that of the sound, where Ogg has its tags. Leaves a file beside `path`."""
    told = path.with_name("told")
    only = ["-map", f"0:{stream}", "-c", "copy", "-frames:a", "1", "-f", "ffmetadata", f"file:{told}"]
    arguments = [*ffmpeg.INPUT_FENCE, "-i", f"file:{path}", *only]
    finished = ffmpeg.run(arguments, tick=tick, level="info", log=Description(), max_bytes=_MOST_BYTES)
    # whether or not that went well: of what is longer than the most, its beginning is there
    text = told.read_text("utf-8", "replace") if told.exists() else ""
    sections = list(ffmetadata.sections(text))
    chapters = (ffmetadata.chapter(each) for each in sections if each.kind == "CHAPTER")
    return Kept(_tags(sections), tuple(each for each in chapters if each), _cover(finished.text))


def told_by(head: bytes, container: str) -> bool:
    """Whether the head of a source tells its tags, and whether it has a cover or chapters.

    MP4 may have the chapters' titles in a track of their own, anywhere in the file.
    """
    return container in _TOLD_AT_FRONT and not _CHAPTER_TRACK.search(head)


def _tags(sections: Sequence[Section]) -> dict[str, str]:
    """The file's, or where it has none the stream's."""
    found = (metadata.clean(section.pairs) for section in sections if section.kind != "CHAPTER")
    return next((tags for tags in found if tags), {})


def _cover(text: str) -> int | None:
    """The front cover, else the first picture."""
    pictures: list[int] = []
    fronts: list[int] = []
    inside: list[int] = []
    for line in text.splitlines():
        if line.startswith(_STREAM):
            found = _COVER.match(line)
            inside = [int(found[1])] if found else []
            pictures += inside
        elif _FRONT.fullmatch(line):
            fronts += inside
    return next(iter([*fronts, *pictures]), None)
