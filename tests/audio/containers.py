"""Readers of what stands in audio files beside the sound. They share nothing with what wrote it."""

from __future__ import annotations

import struct
from collections.abc import Iterator


def id3_frames(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Of an ID3v2.3 tag."""
    assert data[:4] == b"ID3\x03"
    end = 10 + _syncsafe(data[6:10])
    yield from _frames(data[10:end])


def id3_texts(data: bytes) -> dict[str, str]:
    return {name: _text(frame) for name, frame in id3_frames(data) if name.startswith("T")}


def id3_marks(data: bytes) -> list[tuple[float, float, str]]:
    """Start, end and title of each chapter."""
    marks = []
    for name, frame in id3_frames(data):
        if name == "CHAP":
            at = frame.index(0) + 1
            start, end = struct.unpack(">II", frame[at : at + 8])
            inner = dict(_frames(frame[at + 16 :]))
            marks.append((start / 1000, end / 1000, _text(inner["TIT2"]) if "TIT2" in inner else ""))
    return marks


def id3_picture(data: bytes) -> tuple[int, bytes]:
    """Kind (3: front cover) and bytes of the only picture."""
    [frame] = [frame for name, frame in id3_frames(data) if name == "APIC"]
    mime_end = frame.index(0, 1)
    assert frame[1:mime_end] == b"image/jpeg"
    kind, described = frame[mime_end + 1], frame[mime_end + 2 :]
    return kind, described[described.index(b"\xff\xd8\xff") :]


def flac_blocks(data: bytes) -> Iterator[tuple[int, bytes]]:
    assert data[:4] == b"fLaC"
    at, last = 4, False
    while not last:
        last, kind = bool(data[at] & 128), data[at] & 127
        size = int.from_bytes(data[at + 1 : at + 4], "big")
        yield kind, data[at + 4 : at + 4 + size]
        at += 4 + size


def flac_comments(data: bytes) -> list[str]:
    [block] = [block for kind, block in flac_blocks(data) if kind == 4]
    at = 4 + int.from_bytes(block[:4], "little")
    comments = []
    for _ in range(int.from_bytes(block[at : at + 4], "little")):
        at += 4
        size = int.from_bytes(block[at : at + 4], "little")
        comments.append(block[at + 4 : at + 4 + size].decode())
        at += size
    return comments


def flac_picture(data: bytes) -> tuple[int, bytes]:
    [block] = [block for kind, block in flac_blocks(data) if kind == 6]
    kind, mime = struct.unpack(">II", block[:8])
    assert block[8 : 8 + mime] == b"image/jpeg"
    at = 8 + mime
    at += 4 + int.from_bytes(block[at : at + 4], "big") + 16
    return kind, block[at + 4 :]


def _text(frame: bytes) -> str:
    codec = {0: "latin-1", 1: "utf-16", 3: "utf-8"}[frame[0]]
    return frame[1:].decode(codec).rstrip("\0")


def _frames(data: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while at + 10 <= len(data) and data[at]:
        size = int.from_bytes(data[at + 4 : at + 8], "big")
        yield data[at : at + 4].decode(), data[at + 10 : at + 10 + size]
        at += 10 + size


def _syncsafe(size: bytes) -> int:
    return sum(byte << shift for byte, shift in zip(size, (21, 14, 7, 0), strict=True))
