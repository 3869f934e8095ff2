"""Plain text, which has no times."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chalicelib.text.transcript import Cue

SECONDS_PER_WORD: Final = 60 / 150
"""How fast people speak when they explain something."""
_MOST_WORDS: Final = 20
_MOST_CHARACTERS: Final = 200
_WIDE: Final = "\u2e80"
"""From here on, scripts that put no spaces between words."""


def spread(text: str) -> Iterator[Cue]:
    """The times are made up: words follow each other at an even 150 a minute from 0 on."""
    words = 0.0
    for line in text.splitlines():
        for piece in _pieces(line):
            count = _count(piece)
            yield Cue(words * SECONDS_PER_WORD, count * SECONDS_PER_WORD, piece)
            words += count


def _pieces(line: str) -> Iterator[str]:
    words = [part for word in line.split() for part in _cut(word)]
    for at in range(0, len(words), _MOST_WORDS):
        yield " ".join(words[at : at + _MOST_WORDS])


def _cut(word: str) -> Iterator[str]:
    for at in range(0, len(word), _MOST_CHARACTERS):
        yield word[at : at + _MOST_CHARACTERS]


def _count(piece: str) -> float:
    """Words; two characters count as one where there are no spaces."""
    wide = sum(character >= _WIDE for character in piece)
    return max(len(piece.split()), wide / 2)
