"""From the bytes of a caption file to clean cues, whatever the file tries."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Final, NamedTuple

from chalicelib.text.captions import blocks, documents, plain, timed_text
from chalicelib.text.captions.clean import MAX_SECONDS, clean, tag_of
from chalicelib.text.failures import TextError
from chalicelib.text.transcript import Cue

MAX_BYTES: Final = 10_000_000
MAX_CUES: Final = 200_000
"""One for each second of two days."""
_LOOK_CHARACTERS: Final = 1 << 16
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DOCUMENT = re.compile(r'\{\s*["}]|\[\s*[{\]]')


class Captions(NamedTuple):
    cues: tuple[Cue, ...]
    """By start; times finite and not negative, no text empty."""
    language: str | None = None
    """BCP 47, if the file tells."""


class NoCues(TextError):
    """CAPTIONS_INVALID of captions that can be read, but in which nothing is said."""

    def __init__(self) -> None:
        super().__init__("CAPTIONS_INVALID", details="The captions hold no cue with text.")


TIMED_TEXT: Final = "timed-text"
"""A format of YouTube's own, which nobody else can ask for."""
Parsed = tuple[Iterable[Cue], str | None]
_PARSERS: Mapping[str, Callable[[str], Parsed]] = {
    "srt": blocks.srt,
    "vtt": blocks.vtt,
    "json": documents.parse,
    "txt": lambda text: (plain.spread(text), None),
    TIMED_TEXT: lambda text: (timed_text.cues(text), None),
}


def parse(data: bytes, format: str | None = None, *, most: int = MAX_BYTES) -> Captions:  # noqa: A002
    """`format`: `srt`, `vtt`, `json`, `txt` or TIMED_TEXT; None: told from the content. The times of
    plain text are made up (see plain.spread). `most`: bytes; for files that are ours, more may be right.

    Raises TextError CAPTIONS_TOO_LARGE or CAPTIONS_INVALID; NoCues, if nothing else is the matter.
    """
    if len(data) > most:
        raise TextError("CAPTIONS_TOO_LARGE", details=f"{len(data):,} bytes")
    text = _decode(data)
    cues, language = _PARSERS[format or _format_of(text)](text)
    kept = list(islice(filter(None, map(_clean, cues)), MAX_CUES + 1))
    if len(kept) > MAX_CUES:
        raise TextError("CAPTIONS_TOO_LARGE", details=f"More than {MAX_CUES:,} cues.")
    if not kept:
        raise NoCues
    return Captions(tuple(sorted(kept, key=lambda cue: cue.start)), tag_of(language))


def _decode(data: bytes) -> str:
    encoding = "utf-16" if data.startswith(_UTF16) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise TextError("CAPTIONS_INVALID", details=f"The captions are not {encoding[:6]} text.") from None
    if "\0" in text:
        raise TextError("CAPTIONS_INVALID", details="The captions are not text.")
    return text.strip()


def _format_of(text: str) -> str:
    start = text[:_LOOK_CHARACTERS]
    if start.startswith("WEBVTT"):
        return "vtt"
    if _DOCUMENT.match(start):
        return "json"
    if any(blocks.timing(line) for line in start.splitlines()):
        return "srt"
    if start.startswith(("<", "[Script Info]", "%PDF", "{\\rtf")):
        details = "The captions are in a form other than SRT, WebVTT, JSON or plain text."
        raise TextError("CAPTIONS_INVALID", details=details)
    return "txt"


def _clean(cue: Cue) -> Cue | None:
    """None for a cue that nobody could read or find in a video."""
    text = clean(cue.text)
    if not text or not 0 <= cue.start <= MAX_SECONDS:  # NaN neither
        return None
    duration = cue.duration if 0 <= cue.duration <= MAX_SECONDS else 0.0
    return Cue(round(cue.start, 3), round(duration, 3), text, clean(cue.speaker or "") or None)
