"""Captions as JSON: ours, Whisper's, YouTube's json3, Amazon Transcribe's."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn

from chalicelib.text.captions import spoken
from chalicelib.text.captions.clean import MAX_SECONDS
from chalicelib.text.captions.plain import SECONDS_PER_WORD
from chalicelib.text.failures import TextError
from chalicelib.text.transcript import Cue

_FORMS = "a list of segments, or an object with `segments`, `events` or `results.items`"


def parse(text: str) -> tuple[Iterable[Cue], str | None]:
    """Raises TextError CAPTIONS_INVALID, which names the segment that cannot be read."""
    try:
        data = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise _invalid("The captions are not well-formed JSON.") from None
    if isinstance(data, dict) and isinstance(data.get("transcript"), dict):
        data = data["transcript"]  # a whole result of this API
    if isinstance(data, list):
        return _segments(data), None
    if not isinstance(data, dict):
        raise _invalid(f"The JSON must be {_FORMS}.")
    return _object(data)


def _object(data: Mapping[str, Any]) -> tuple[Iterable[Cue], str | None]:
    if isinstance(data.get("segments"), list):
        language = data.get("language")
        return _segments(data["segments"]), language if isinstance(language, str) else None
    if isinstance(data.get("events"), list):
        return list(_events(data["events"])), None
    if isinstance(data.get("results"), dict):
        return spoken.cues(data["results"]), spoken.language(data["results"])
    raise _invalid(f"The JSON must be {_FORMS}.")


def _segments(rows: list[Any]) -> list[Cue]:
    """A segment without an end lasts until the next one, the last one as long as its words take."""
    found: list[Cue] = []
    for number, row in enumerate(rows):
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise _invalid(f"Segment {number} has no `text`.")
        start = _time(row.get("start"), f"`start` of segment {number}")
        speaker = row.get("speaker")
        found.append(
            Cue(start, _duration(row, rows, number, start), row["text"], _name(speaker) if speaker else None)
        )
    return found


def _duration(row: Mapping[str, Any], rows: list[Any], number: int, start: float) -> float:
    if row.get("duration") is not None:
        return _time(row["duration"], f"`duration` of segment {number}")
    if row.get("end") is not None:
        return max(0.0, _time(row["end"], f"`end` of segment {number}") - start)
    following = rows[number + 1] if number + 1 < len(rows) else None
    if isinstance(following, dict) and following.get("start") is not None:
        return max(0.0, _time(following["start"], f"`start` of segment {number + 1}") - start)
    return len(row["text"].split()) * SECONDS_PER_WORD


def _events(rows: list[Any]) -> Iterator[Cue]:
    """Milliseconds; events without text move windows about, or end lines."""
    for number, row in enumerate(rows):
        pieces = row.get("segs") if isinstance(row, dict) else None
        if not isinstance(pieces, list):
            continue
        text = "".join(piece["utf8"] for piece in pieces if isinstance(piece, dict) and _has_text(piece))
        if text.strip():
            start = _time(row.get("tStartMs"), f"`tStartMs` of event {number}", 1000)
            yield Cue(start, _time(row.get("dDurationMs", 0), f"`dDurationMs` of event {number}", 1000), text)


def _has_text(piece: Mapping[str, Any]) -> bool:
    return isinstance(piece.get("utf8"), str)


def _name(speaker: Any) -> str:
    if not isinstance(speaker, str):
        raise _invalid("A `speaker` must be a name.")
    return speaker


def _time(value: Any, name: str, per_second: int = 1) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 <= value <= MAX_SECONDS * per_second or not math.isfinite(value):
        raise _invalid(f"The {name} must be a number of {'milli' if per_second > 1 else ''}seconds.")
    return float(value) / per_second


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _invalid(details: str) -> TextError:
    return TextError("CAPTIONS_INVALID", details=details)
