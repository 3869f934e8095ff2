"""How much work a text is to set in a PDF, before any of it is done."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from chalicelib.text.exports.typefaces import needs_shaping

_SHAPING: Final = 3
_SWITCH: Final = 20
"""A piece of text is begun anew where the script changes."""
_RIGHT_TO_LEFT: Final = range(0x590, 0x900)
_OTHERS: Final = range(0x900, 0x1E00)
_EAST_ASIAN: Final = 0x2E80


def effort(text: str) -> int:
    """In plain characters: what joins, combines or runs to the left costs more, and so does a change."""
    if not needs_shaping(text):
        return len(text)
    scripts = [_script(ord(character)) for character in text if character != " "]
    changes = sum(before != after for before, after in pairwise(scripts))
    return _SHAPING * len(text) + _SWITCH * changes


def _script(code: int) -> int:
    """A number for each script, roughly."""
    if code in _RIGHT_TO_LEFT:
        return 1
    if code in _OTHERS:
        return code >> 7
    return 2 if code >= _EAST_ASIAN else 0
