"""File names made of a video's title, for any file system."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from chalicelib.text.exports.clean import line
from chalicelib.text.transcript import Video

MAX_CHARACTERS: Final = 120
MAX_BYTES: Final = 240
"""Of UTF-8: most file systems take 255."""

_FORBIDDEN: Final = re.compile(r'[/\\:*?"<>|\u2044\u2215\u29f8]+')
_DEVICES: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
"""Windows opens the device, whatever the extension."""


def name(video: Video, extension: str) -> str:
    stem = _stem(video.title or "") or _stem(video.video_id or "") or "transcript"
    if _DEVICES.match(stem):
        stem = f"_{stem}"
    ending = f".{extension}"
    return _cut(stem, MAX_CHARACTERS - len(ending), MAX_BYTES - len(ending)) + ending


def _stem(text: str) -> str:
    return line(_FORBIDDEN.sub(" ", unicodedata.normalize("NFC", text[:1000]))).strip(" .")


def _cut(text: str, characters: int, size: int) -> str:
    short = text[:characters].encode()[:size].decode(errors="ignore")
    return short.rstrip(" .")
