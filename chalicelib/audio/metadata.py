"""Tags: what is read from a probe, and what is written into the result.

Only known tags are carried over. Copying everything would leak places, device names and the source's own
container details into the result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

KEPT = (
    "title",
    "artist",
    "album",
    "album_artist",
    "date",
    "genre",
    "track",
    "composer",
    "comment",
    "copyright",
)
_TAG = re.compile(r"\s{4,8}(\w+)\s*: (.*)")
_MORE = re.compile(r"\s+: (.*)")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_MOST_LINE = 500
_MOST_TEXT = 8000


def parse(lines: list[str]) -> dict[str, str]:
    """The known tags of the container, and of its audio streams where the container has none (Ogg)."""
    tags: dict[str, str] = {}
    last = ""
    reading = True
    for line in lines:
        if line.startswith("  Stream #0:"):
            reading = ": Audio: " in line
        found = _TAG.fullmatch(line)
        if found:
            name = found[1].lower()
            last = name if reading and name in KEPT and name not in tags else ""
            if last:
                tags[last] = found[2]
        elif last and (more := _MORE.fullmatch(line)):
            tags[last] += "\n" + more[1]
        else:
            last = ""
    return tags


def clean(tags: Mapping[str, str]) -> dict[str, str]:
    """The known ones of `tags`, without what does not belong into text, and no longer than anybody needs."""
    kept: dict[str, str] = {}
    for name, value in tags.items():
        known = name.lower()
        text = _text(value) if known == "comment" else one_line(value, _MOST_LINE)
        if known in KEPT and known not in kept and text:
            kept[known] = text
    return kept


def one_line(text: str, most: int) -> str:
    """On one line, of at most `most` characters."""
    return " ".join(_CONTROL.sub(" ", text).split())[:most].rstrip()


def _text(text: str) -> str:
    return _CONTROL.sub(" ", re.sub(r"\r\n?", "\n", text)).strip()[:_MOST_TEXT]


def arguments(tags: Mapping[str, str] | None) -> list[str]:
    """For ffmpeg: write exactly `tags`, or with None leave no trace at all."""
    # not of the chapters: those that are mapped in later keep their titles
    dropped = ["-map_metadata:g", "-1", "-map_metadata:s:a", "-1", "-map_chapters", "-1"]
    if tags is None:
        return [*dropped, "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    return [*dropped, *(part for name, value in tags.items() for part in ("-metadata", f"{name}={value}"))]
