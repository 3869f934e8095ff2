"""What the index of an MP4 file says that ffmpeg does not tell."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from chalicelib.audio import failures
from chalicelib.audio.mp4_boxes import Span, every, inside, numbers, scale
from chalicelib.audio.sniff import boxes, is_encrypted

_MOST_BOXES = 1000
"""Before the index: a file has a handful, and each costs a look."""
_BLOCK = 1 << 20


def longest_packet(path: Path) -> float:
    """Seconds that the first track's longest packet lasts: where the sound has a gap, as long as that. Of a
    result of ours, with the index at its front."""
    index = _index(path)
    track = next(every(index, Span(0, len(index)), b"trak"))
    durations = numbers(index, inside(index, track, b"mdia", b"minf", b"stbl", b"stts"), each=2)[1::2]
    return max(durations, default=0) / scale(index, inside(index, track, b"mdia", b"mdhd"))


def _index(path: Path) -> bytes:
    """The contents of the box moov."""
    with path.open("rb") as file:
        while header := file.read(8):
            size, kind = struct.unpack(">I4s", header)
            if kind == b"moov":
                return file.read(size - 8)
            file.seek(size - 8, 1)
    return b""


def encrypted(path: Path) -> bool:
    """For an index at the end of the file, which the head could not show. Raises JobError."""
    with path.open("rb") as file:
        at = 0
        for _ in range(_MOST_BOXES):
            kind, _, size = next(boxes(file.read(16)), (b"", 0, 0))
            if size < 8 or not re.fullmatch(rb"[\w \xa9]{4}", kind):
                return False
            if kind == b"moov":
                file.seek(at)
                return is_encrypted(_blocks(file, min(size, 64 << 20)))
            at += size
            file.seek(at)
    raise failures.not_media()


def _blocks(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Each begins with the end of the one before, so that no name is cut in two."""
    end = b""
    while size > 0 and (block := file.read(min(size, _BLOCK))):
        yield end + block
        end, size = block[-3:], size - len(block)
