"""What an extraction has made, and of what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from chalicelib.audio import probe
from chalicelib.audio.source import Download


class Sound(NamedTuple):
    """What is wanted of a source, and where in it that is."""

    info: probe.MediaInfo
    stream: probe.AudioStream
    lead: float
    """Seconds from the first picture to the first sound."""


@dataclass(frozen=True)
class Made:
    path: Path
    mode: str
    """`copy` or `transcode`."""
    seconds: float
    """Of sound in it, not what timestamps say."""
    source: probe.MediaInfo
    found: probe.AudioStream
    """What it holds, or in a waveform what its peaks are of."""
    warnings: tuple[str, ...]
    loudness: Mapping[str, Any] | None = None
    granted: int | None = None
    """bit/s that the encoder was told, if it was."""
    added: int = 0
    """Bytes in it that are no sound: cover, chapters."""


def input_facts(download: Download, info: probe.MediaInfo) -> dict[str, Any]:
    container = download.sniffed.container
    return {
        "name": download.name,
        "size": download.length,
        "duration": info.duration,
        "format": info.container if container == "unknown" else container,
    }
