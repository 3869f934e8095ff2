"""How long a worker is busy with an audio job, before anything of its source is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

SECONDS: Final[Mapping[str, float]] = {
    "copy": 0.5,
    "wav": 1.5,
    "waveform": 1.5,
    "flac": 3.4,
    "opus": 10,
    "mp3": 10,
    "ogg": 15,
    "aac": 17,
    "m4a": 17,
}
"""Of one CPU for ten minutes of media, as `python -m bench effort` measures them."""
NORMALISING: Final = 8.0
"""On top."""
COPIED: Final = frozenset({"mp3", "aac", "m4a", "ogg", "opus", "flac"})
"""Formats that a source may be in already, so that nothing is encoded."""
FETCHING: Final = 2.4
"""Seconds for ten minutes: 60 MB at 25 MB/s."""


def seconds_of(case: str) -> float:
    """Of a format, `copy`, or `<format>, normalised`."""
    name, _, normalised = case.partition(", ")
    return SECONDS[name] + (NORMALISING if normalised else 0)


def effort(request: Mapping[str, Any], media_seconds: float) -> dict[str, Any]:
    """The least is of a source that arrives at once and need only be copied."""
    share = media_seconds / 600
    normalised = bool(request.get("normalize"))
    likely = SECONDS[request["format"]] + (NORMALISING if normalised else 0)
    may_copy = request["format"] in COPIED and not normalised
    least = SECONDS["copy"] if may_copy else likely
    return {"least": share * least, "likely": share * (likely + FETCHING)}
