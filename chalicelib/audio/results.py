"""What ffmpeg has written, looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from chalicelib.audio import failures, lengths, probe, waveform
from chalicelib.audio.child import Finished
from chalicelib.audio.plan import Encoding
from chalicelib.audio.presets import WAVEFORM

_TOLD: Final[Mapping[str, Callable[[Path], float | None]]] = {"aac": lengths.adts, "mp3": lengths.mp3}
"""Where the file itself tells better than a probe."""


@dataclass(frozen=True)
class Result:
    path: Path
    sound: probe.AudioStream
    seconds: float


def look(
    out: Path,
    format: str,  # noqa: A002 the field's name
    source: probe.AudioStream,
    chosen: Encoding,
    finished: Finished,
    tick: Callable[[float], None],
) -> Result:
    """A waveform is another file, drawn from what ffmpeg wrote."""
    if format == WAVEFORM:
        drawn = out.with_name("waveform")
        waveform.write(out, drawn, chosen.rate)
        return Result(drawn, replace(source, rate=chosen.rate, channels=chosen.channels), finished.seconds)
    # in raw samples, ffmpeg would look for hidden DTS for as long as it may
    found = probe.probe(out, tick, brief=format == "wav")
    length = seconds(out, format, found)
    return Result(out, found.audio[0], length)


def seconds(out: Path, format: str, found: probe.MediaInfo) -> float:  # noqa: A002
    """Raises JobError for what holds no sound."""
    told = _TOLD[format](out) if format in _TOLD else None
    length = found.duration if told is None else told
    if not found.audio or not length:
        raise failures.not_media()
    return length
