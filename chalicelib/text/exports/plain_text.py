"""Text for reading in any editor: times in brackets, nothing to interpret."""

from __future__ import annotations

from typing import Final

from chalicelib.text.exports.document import Block, Kind, document
from chalicelib.text.exports.export import Export
from chalicelib.text.exports.times import clock
from chalicelib.text.result import Result

_UNDERLINES: Final = {Kind.TITLE: "=", Kind.HEADING: "-"}
_MARKS: Final = {Kind.ITEM: "- "}
_LISTS: Final = (Kind.ITEM, Kind.FACT)
_WIDEST: Final = 72


def export(result: Result, now_iso: str | None) -> Export:
    lines: list[str] = []
    previous: Kind | None = None
    for block in document(result, now_iso):
        if previous is not None and not (block.kind is previous and block.kind in _LISTS):
            lines.append("")
        lines += _block(block)
        previous = block.kind
    return Export(("\n".join(lines) + "\n").encode(), "text/plain; charset=utf-8", "txt")


def _block(block: Block) -> list[str]:
    time = "" if block.start is None else f"[{clock(block.start)}] "
    label = f"{block.label}: " if block.label else ""
    text = f"{_MARKS.get(block.kind, '')}{time}{label}{block.text}"
    underline = _UNDERLINES.get(block.kind)
    return [text, underline * min(len(text), _WIDEST)] if underline else [text]
