"""Names of files that browsers, shells and file systems take for what they show."""

from __future__ import annotations

import re
from typing import Final

MAX_BYTES: Final = 255
"""Of UTF-8: what most file systems take."""

UNSAFE: Final = re.compile(
    # controls and separators of paths and lines
    r'[\x00-\x1f\x7f-\x9f/\\<>:"|?*\u2028\u2029\ud800-\udfff'
    # invisible, or changing the direction: with these, `gpj.exe` reads as a picture
    r"\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)


def safe(name: str) -> str:
    return UNSAFE.sub("_", name)


def fitted(stem: str, extension: str) -> str:
    """With the extension (dot and all) within MAX_BYTES; no character is cut in half."""
    room = MAX_BYTES - len(extension.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + extension
