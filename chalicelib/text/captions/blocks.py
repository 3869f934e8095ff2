"""SRT and WebVTT: a line of times, then lines of text. Lenient where players are."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.text.captions import rolling
from chalicelib.text.captions.clean import without_markup
from chalicelib.text.captions.rolling import Lines
from chalicelib.text.transcript import Cue

_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,;](\d{1,3})\d*)?"
_TIMING = re.compile(rf"[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}(?=[ \t]|$)")
_MEANT_AS_TIMING = re.compile(r"[ \t]*[-+]?\d{1,4}:[\d:.,;]*[ \t]*-{1,2}>")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]([^<>]*)>")
_LANGUAGE = re.compile(r"Language:[ \t]*([\w-]+)")


def timing(line: str) -> tuple[float, float] | None:
    """Start and end in seconds, of a line that has them."""
    if "-->" not in line:
        return None
    found = _TIMING.match(line)
    return (_seconds(*found.groups()[:4]), _seconds(*found.groups()[4:])) if found else None


def srt(text: str) -> tuple[list[Cue], None]:
    """Blank lines within a cue belong to it: only the next line of times ends it."""
    found = [Lines(*block.times, _without_number(block)) for block in _timed(text)]
    return list(_cues(rolling.unrolled(found))), None


def vtt(text: str) -> tuple[list[Cue], str | None]:
    """A blank line ends a cue, so comments, styles, regions and names of cues fall by the way."""
    found = [Lines(*block.times, _until_blank(block.lines)) for block in _timed(text)]
    return list(_cues(rolling.unrolled(found))), _language(text)


class _Block(NamedTuple):
    times: tuple[float, float]
    lines: list[str]
    last: bool


def _timed(text: str) -> Iterator[_Block]:
    """Each line of times with the lines after it. What follows times that cannot be read is left out, as
    nobody could find it in a video."""
    times: tuple[float, float] | None = None
    lines: list[str] = []
    for line in io.StringIO(text, newline=None):
        line = line.removesuffix("\n")
        found = timing(line)
        if found or _MEANT_AS_TIMING.match(line):
            if times:
                yield _Block(times, lines, last=False)
            times, lines = found, []
        elif times and (line or not lines or lines[-1]):  # one blank line says as much as a million
            lines.append(line)
    if times:
        yield _Block(times, lines, last=True)


def _without_number(block: _Block) -> list[str]:
    """The number of the next cue stands before its times. The last cue may end with a number that is said."""
    *before, number = block.lines or [""]
    follows = not block.last or before[-1:] == [""]
    return before if before and follows and number.strip().isdecimal() else block.lines


def _until_blank(lines: list[str]) -> list[str]:
    return lines[: lines.index("")] if "" in lines else lines


def _language(text: str) -> str | None:
    header = text[:4096].replace("\r\n", "\n").partition("\n\n")[0]
    found = next((match for line in header.splitlines() if (match := _LANGUAGE.match(line))), None)
    return found[1] if found else None


def _cues(blocks: list[Lines]) -> Iterator[Cue]:
    for block in blocks:
        duration = max(0.0, block.end - block.start)
        for speaker, text in _voices("\n".join(block.lines)):
            yield Cue(block.start, duration, without_markup(text), without_markup(speaker))


def _voices(text: str) -> Iterator[tuple[str, str]]:
    """Speaker and text; a cue may hold several."""
    before, *rest = _VOICE.split(text)
    yield "", before
    yield from zip(rest[::2], rest[1::2], strict=True)


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + int((fraction or "0").ljust(3, "0")) / 1000
