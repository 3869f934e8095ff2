"""Captions that roll: each shows the line before once more, as YouTube's automatic ones do."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

_WORD_TIME = re.compile(r"<\d\d:\d\d:\d\d[.]\d{3}>")
_MOST_LINES = 8
"""More are no rolling captions; and comparing stays cheap."""
_GAP_SECONDS = 0.5


@dataclass(frozen=True)
class Lines:
    start: float
    end: float
    lines: list[str]


def unrolled(blocks: list[Lines]) -> list[Lines]:
    """Each line once, if these captions roll; else as they are."""
    told = [replace(block, lines=[line for line in block.lines if line.strip()]) for block in blocks]
    kept = [0, *(_repeated(one, two) for one, two in pairwise(told))]
    if not _rolls(told, kept):
        return blocks
    new = [replace(block, lines=block.lines[repeated:]) for block, repeated in zip(told, kept, strict=False)]
    return [block for block in new if block.lines]


def _rolls(blocks: list[Lines], repeated: list[int]) -> bool:
    """People too repeat a line, but not in every other cue with something new below it."""
    if any(_WORD_TIME.search(line) for block in blocks[:10] for line in block.lines):
        return True
    added = sum(0 < count < len(block.lines) for block, count in zip(blocks, repeated, strict=False))
    return added >= 2 and added * 3 >= len(blocks)


def _repeated(before: Lines, block: Lines) -> int:
    """How many of the first lines are the last lines of the cue before."""
    if block.start > before.end + _GAP_SECONDS:
        return 0
    old, new = [_words(line) for line in before.lines], [_words(line) for line in block.lines]
    most = min(len(old), len(new), _MOST_LINES)
    return next((count for count in range(most, 0, -1) if old[-count:] == new[:count]), 0)


def _words(line: str) -> str:
    return " ".join(re.sub(r"<[^<>]*>", "", line).split())
