"""What the index of an MP4 file says that ffmpeg does not tell."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from chalicelib.audio import failures
from chalicelib.audio.sniff import boxes, is_encrypted

_TIMESCALE_AT = {0: 12, 1: 20}
"""In the box mdhd, by its version."""
_MOST_BOXES = 1000
"""Before the index: a file has a handful, and each costs a look."""
_BLOCK = 1 << 20


def longest_packet(path: Path) -> float:
    """Seconds that the first track's longest packet lasts: where the sound has a gap, as long as that. Of a
    result of ours, with the index at its front."""
    media = _inside(_index(path), "trak", "mdia")
    header = _inside(media, "mdhd")
    (timescale,) = struct.unpack_from(">I", header, _TIMESCALE_AT[header[0]])
    durations = _inside(media, "minf", "stbl", "stts")[8:]
    return max((duration for _, duration in struct.iter_unpack(">II", durations)), default=0) / float(
        timescale
    )


def _index(path: Path) -> bytes:
    """The contents of the box moov."""
    with path.open("rb") as file:
        while header := file.read(8):
            size, kind = struct.unpack(">I4s", header)
            if kind == b"moov":
                return file.read(size - 8)
            file.seek(size - 8, 1)
    return b""


def _inside(data: bytes, *names: str) -> bytes:
    for name in names:
        data = next(data[at + 8 : at + size] for kind, at, size in boxes(data) if kind == name.encode())
    return data


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
