"""The numbered lines that a model reads, and how many tokens they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from chalicelib.text.segments import Segment
from chalicelib.text.summarize.model.hygiene import for_model

LINE_CHARACTERS = 1500
OVERLAP = 2
NUMBER_TOKENS = 6
_ALPHABETIC_END = "\u0590"

T = TypeVar("T")


@dataclass(frozen=True)
class Line:
    number: int
    text: str
    cites: tuple[int, ...]
    """Indexes of the segments it stands for."""
    start: float


def of_segments(segments: Iterable[Segment]) -> list[Line]:
    cleaned = ((for_model(segment.text, LINE_CHARACTERS), segment) for segment in segments)
    return [
        Line(number, text, (segment.index,), segment.start)
        for number, (text, segment) in enumerate((text, segment) for text, segment in cleaned if text)
    ]


def tokens(text: str) -> int:
    """An estimate on the safe side, as tokenizers differ: 3.6 ASCII characters, 2 of other alphabets near to
    Latin, 1 of all others."""
    if text.isascii():
        return int(len(text) / 3.6) + 1
    weights = (1 / 3.6 if c.isascii() else 0.5 if c < _ALPHABETIC_END else 1 for c in text)
    return int(sum(weights)) + 1


def weight(line: Line) -> int:
    return tokens(line.text) + NUMBER_TOKENS


def parts(lines: Sequence[Line], limit: int) -> list[list[Line]]:
    """In order, each of at most `limit` tokens (or one line), beginning with the last two lines of the part
    before unless these are long."""
    made: list[list[Line]] = []
    current: list[Line] = []
    size = 0
    for line in lines:
        if current and size + weight(line) > limit:
            made.append(current)
            kept = current[-OVERLAP:]
            size = sum(map(weight, kept))
            current = kept if size + weight(line) <= limit and size < limit // 2 else []
            size = size if current else 0
        current = [*current, line]
        size += weight(line)
    return [*made, current] if current else made
