"""Bare AAC: frames with a header each (ADTS, ISO/IEC 13818-7, 6.2)."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import accumulate, chain
from typing import BinaryIO, NamedTuple

RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
FRAME_SAMPLES = 1024
_HEADER_BYTES = 7
MOST_BYTES = (1 << 13) - 1 - _HEADER_BYTES
"""Of a frame without its header."""


class Shape(NamedTuple):
    """Of AAC of low complexity."""

    rate: int
    """Hz; one of RATES."""
    channels: int
    """1 or 2."""

    def header(self, size: int) -> bytes:
        """Of a frame of so many bytes."""
        fields = (
            (0xFFF, 12),  # where a frame begins
            (0b0001, 4),  # MPEG-4, without a checksum
            (0b01, 2),  # low complexity
            (RATES.index(self.rate), 4),
            (0, 1),
            (self.channels, 3),
            (0, 4),
            (size + _HEADER_BYTES, 13),
            (0x7FF, 11),  # of a variable rate
            (0, 2),
        )
        bits = 0
        for value, width in fields:
            bits = bits << width | value
        return bits.to_bytes(_HEADER_BYTES, "big")


class Framer:
    """Is given frames one after the other, in pieces of any size, and writes them with their headers."""

    def __init__(self, sizes: array[int], shape: Shape, file: BinaryIO) -> None:
        """`sizes`: of the frames, in bytes."""
        self._sizes = sizes
        self._ends = array("Q", accumulate(sizes))
        self._headers = {size: shape.header(size) for size in set(sizes)}
        self._file = file
        self._rest = b""
        self._at = 0
        self.frames = 0
        """Written so far."""

    def write(self, data: bytes) -> int:
        whole = self._rest + data
        until = bisect_right(self._ends, self._at + len(whole), self.frames)
        ends = [end - self._at for end in self._ends[self.frames : until]]
        view = memoryview(whole)
        frames = map(view.__getitem__, map(slice, [0, *ends], ends))
        headers = map(self._headers.__getitem__, self._sizes[self.frames : until])
        self._file.write(b"".join(chain.from_iterable(zip(headers, frames, strict=True))))
        taken = ends[-1] if ends else 0
        self._rest, self._at, self.frames = whole[taken:], self._at + taken, until
        return len(data)

    def skip(self, size: int) -> None:
        """Nothing of it is sound."""
