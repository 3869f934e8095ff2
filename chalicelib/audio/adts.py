"""Bare AAC: frames with a header each (ADTS, ISO/IEC 13818-7, 6.2)."""

from __future__ import annotations

from typing import NamedTuple

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
