"""Foreign text made harmless before any format sees it: captions, titles and models write what they like."""

from __future__ import annotations

import math
import re
from typing import Final

REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
MAX_SECONDS: Final = 1000 * 3600.0
"""Times beyond it are a source's mistake, and some players read no more digits of hours."""

_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_CONTROLS: Final = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufeff\ufff9-\ufffb"
_DIRECTIONS: Final = "\u202a-\u202e\u2066-\u2069"
"""Marks that turn the direction of what follows: with them a text could reorder the page around it."""
_PLANES: Final = range(0, 0x110000, 0x10000)
_UNASSIGNABLE: Final = "\ufdd0-\ufdef" + "".join(chr(p | 0xFFFE) + chr(p | 0xFFFF) for p in _PLANES)
"""Code points that will never be characters: ffmpeg refuses a file that holds one."""
_UNWANTED: Final = re.compile(f"[{_CONTROLS}{_DIRECTIONS}{_UNASSIGNABLE}]")


def unicode_only(text: str) -> str:
    """Text that UTF-8 can hold."""
    return _SURROGATES.sub(REPLACEMENT, text)


def line(text: str) -> str:
    """One line without control characters; white space of any kind becomes single spaces."""
    return " ".join(_UNWANTED.sub("", unicode_only(text)).split())


def seconds(value: float) -> float:
    """A time that can be printed: finite, not negative, no more than MAX_SECONDS."""
    return min(max(value, 0.0), MAX_SECONDS) if math.isfinite(value) else 0.0
