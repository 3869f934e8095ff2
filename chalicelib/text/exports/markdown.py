"""CommonMark. All foreign text is escaped, so that it can be no link, no HTML and no structure."""

from __future__ import annotations

import re
from typing import Final

from chalicelib.text.exports.document import Block, Kind, document
from chalicelib.text.exports.export import Export
from chalicelib.text.exports.links import inert, moment, web
from chalicelib.text.exports.times import clock
from chalicelib.text.result import Result
from chalicelib.text.transcript import Video

_ACTIVE: Final = re.compile(r"([\\`*_\[\]<>&~|$#!])")
_LEADING: Final = re.compile(r"^(?:[-+=](?=[-+=\s]|$)|\d{1,9}(?=[.)]))")
"""What begins a list or underlines a heading, where a line begins."""
_MARKS: Final = {
    Kind.TITLE: "# ",
    Kind.HEADING: "## ",
    Kind.SUBHEADING: "### ",
    Kind.ITEM: "- ",
    Kind.FACT: "- ",
}


def export(result: Result, now_iso: str | None) -> Export:
    video = result.transcript.video
    lines: list[str] = []
    previous: Kind | None = None
    for block in document(result, now_iso):
        tight = block.kind is previous and block.kind in (Kind.ITEM, Kind.FACT)
        lines.append(("" if tight or previous is None else "\n") + _block(block, video))
        previous = block.kind
    return Export(("\n".join(lines) + "\n").encode(), "text/markdown; charset=utf-8", "md")


def _block(block: Block, video: Video) -> str:
    time = "" if block.start is None else f"{_time(video, block.start)} "
    label = f"**{_escaped(block.label)}:** " if block.label else ""
    link = web(video.url) if block.label == "Video" and block.kind is Kind.FACT else None
    text = f"<{link}>" if link else _escaped(block.text)
    if not time and not label:
        text = _LEADING.sub(_protected, text)
    return f"{_MARKS.get(block.kind, '')}{time}{label}{text}"


def _time(video: Video, start: float) -> str:
    link = moment(video, start)
    return f"[{clock(start)}](<{link}>)" if link else clock(start)


def _escaped(text: str) -> str:
    return inert(text, lambda plain: _ACTIVE.sub(r"\\\1", plain))


def _protected(match: re.Match[str]) -> str:
    mark = match.group()
    return f"{mark}\\" if mark[-1].isdigit() else f"\\{mark}"
