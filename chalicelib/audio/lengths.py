"""How long a result really is."""

from __future__ import annotations

from pathlib import Path

from chalicelib.audio.adts import FRAME_SAMPLES, RATES

_BLOCK = 1 << 20
_MPEG_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
"""Hz, by the version in a frame's header: 1, 2 and 2.5."""


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
        if data[at] != 0xFF or size < 7 or rate >= len(RATES):
            return seconds, b""
        if at + size > len(data):
            break
        seconds += ((data[at + 6] & 3) + 1) * FRAME_SAMPLES / RATES[rate]
        at += size
    return seconds, data[at:]


def _tag_size(data: bytes) -> int:
    """Of an ID3v2 tag, whose size has seven bits to the byte."""
    if data[:3] != b"ID3" or len(data) < 10:
        return 0
    return 10 + sum(byte << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))


def mp3(path: Path) -> float | None:
    """Seconds of an MP3 file by its first frame, where encoders count all frames and what is not sound in
    them; None where that is not told. ffmpeg before 9 takes the encoder's delay for sound."""
    with path.open("rb") as file:
        file.seek(_tag_size(file.read(10)))
        frame = file.read(200)
    at = frame.find(b"Info") if b"Info" in frame[:64] else frame.find(b"Xing", 0, 64)
    if at < 0 or len(frame) < at + 144 or frame[at + 7] & 15 != 15:
        return None
    version, rate = frame[1] >> 3 & 3, frame[2] >> 2 & 3
    if version == 1 or rate == 3:
        return None
    trimmed = int.from_bytes(frame[at + 141 : at + 144])  # 12 bits each for the start and the end
    samples = int.from_bytes(frame[at + 8 : at + 12]) * (1152 if version == 3 else 576)
    return max(0, samples - (trimmed >> 12) - (trimmed & 0xFFF)) / _MPEG_RATES[version][rate]
