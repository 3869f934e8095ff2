"""Peaks of the sound for players to draw: the JSON of BBC's audiowaveform, version 2, with 8 bits.

ffmpeg's wav muxer finds the extremes of each block of samples itself (the peak envelope chunk of EBU Tech
3285, supplement 3), at the full sample rate and within the time of decoding.
"""

from __future__ import annotations

import json
import math
import struct
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from chalicelib.audio import failures

MOST_POINTS: Final = 100_000
FINEST: Final = 256
"""Samples in a point of a short sound."""
MUXER: Final = ("-write_peak", "only", "-peak_format", "2", "-peak_ppv", "2", "-f", "wav")
_UNKNOWN_LENGTH: Final = 4 * FINEST
_LARGEST_BLOCK: Final = 255 * FINEST
_HEADER: Final = struct.Struct("<12x4s7I")
"""RIFF's own header, then the name of the chunk, its size, version, format, values per point, samples per
block, channels, blocks."""
_LEVELS_AT: Final = 12 + 128
_READ_POINTS: Final = 1 << 14


def arguments(rate: int, seconds: float | None) -> tuple[str, ...]:
    """For the muxer. Blocks are as fine as the points will be, where the length is known before."""
    block = _UNKNOWN_LENGTH
    if seconds is not None:
        block = min(FINEST * max(1, math.ceil(seconds * rate / FINEST / MOST_POINTS)), _LARGEST_BLOCK)
    return ("-peak_block_size", str(block))


def write(peaks: Path, to: Path, rate: int) -> None:
    """From what the muxer has written to JSON of at most MOST_POINTS points."""
    with peaks.open("rb") as file:
        header = file.read(_HEADER.size)
        if len(header) < _HEADER.size:  # no sample got there
            raise failures.not_media()
        name, _, _, _, _, block, channels, blocks = _HEADER.unpack(header)
        if name != b"levl" or not blocks:
            raise failures.not_media()
        file.seek(_LEVELS_AT)
        merged = math.ceil(blocks / MOST_POINTS)
        data = [value for part in _parts(file, merged, channels) for value in part]
    document = {
        "version": 2,
        "channels": channels,
        "sample_rate": rate,
        "samples_per_pixel": block * merged,
        "bits": 8,
        "length": len(data) // (2 * channels),
        "data": data,
    }
    to.write_text(json.dumps(document, separators=(",", ":")))


def _parts(file: IO[bytes], merged: int, channels: int) -> Iterator[list[int]]:
    """The lowest and the highest value of each channel, point after point. The file has the highest first,
    and the lowest without its sign."""
    values = 2 * channels
    size = values * merged * max(1, _READ_POINTS // merged)
    while read := file.read(2 * size):
        levels = array("H", read)
        part = [0] * (math.ceil(len(levels) / (values * merged)) * values)
        for at in range(0, values, 2):
            part[at::values] = [-level for level in _extremes(levels[at + 1 :: values], merged)]
            part[at + 1 :: values] = _extremes(levels[at::values], merged)
        yield part


def _extremes(levels: array[int], merged: int) -> list[int]:
    """As 8 bits of 16."""
    if merged == 1:
        return [level >> 8 for level in levels]
    return [max(levels[at : at + merged]) >> 8 for at in range(0, len(levels), merged)]
