"""How long a result really is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from chalicelib.audio import ffmpeg

_ADTS_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_FRAME_SAMPLES = 1024
_BLOCK = 1 << 20


def adts(path: Path) -> float:
    """Seconds of a raw AAC file, counted frame by frame: it has no index, and a probe only guesses."""
    seconds = 0.0
    with path.open("rb") as file:
        rest = b""
        while block := file.read(_BLOCK):
            counted, rest = _adts_frames(rest + block)
            seconds += counted
    return seconds


def _adts_frames(data: bytes) -> tuple[float, bytes]:
    """Seconds of the whole frames at the start of `data`, and what is left of it."""
    at = _tag_size(data)
    seconds = 0.0
    while at + 7 <= len(data):
        size = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        rate = data[at + 2] >> 2 & 15
        if data[at] != 0xFF or size < 7 or rate >= len(_ADTS_RATES):
            return seconds, b""
        if at + size > len(data):
            break
        seconds += ((data[at + 6] & 3) + 1) * _FRAME_SAMPLES / _ADTS_RATES[rate]
        at += size
    return seconds, data[at:]


def _tag_size(data: bytes) -> int:
    """Of an ID3v2 tag, whose size has seven bits to the byte."""
    if data[:3] != b"ID3":
        return 0
    return 10 + sum(byte << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))


def decoded(path: Path, tick: Callable[[float], None], most: float | None) -> float | None:
    """Seconds of samples (at most `most`), whatever the timestamps say, or None if it cannot be decoded."""
    limit = [] if most is None else ["-t", str(most)]
    count = ["-vn", "-af", "asetpts=N/SR/TB", *limit, "-f", "null", "-"]
    arguments = [*ffmpeg.INPUT_FENCE, "-i", f"file:{path}", *count]
    finished = ffmpeg.run(arguments, tick=tick)
    return finished.seconds if finished.returncode == 0 and finished.errors <= 3 else None
