"""What the first bytes of a source tell: its container, and how it can be read. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# containers whose decoder needs nothing that stands later in the file
_FRONT_TO_BACK = {"matroska", "webm", "ogg", "flac", "wav", "mp3", "aac", "mpegts"}
# containers that know their length; a stream copy out of any other may hide a change of format
INDEXED = {"mp4", "mov", "matroska", "webm", "ogg", "flac", "wav", "aiff", "caf"}

_MAGIC = (
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
    (b"FLV", "flv"),
    (b"caff", "caf"),
    (b"#!AMR", "amr"),
    (b"\x0b\x77", "ac3"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (b"\x00\x00\x01\xba", "mpeg"),
    (b"MAC ", "ape"),
    (b"wvpk", "wavpack"),
    (b"ID3", "mp3"),
)
_MP4_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp", b"sidx", b"pnot", b"uuid"}


@dataclass(frozen=True)
class Sniffed:
    container: str
    """Name of the container, "text", or "unknown"."""
    front_to_back: bool
    """Whether it can be decoded while it is still arriving."""
    index_end: int = 0
    """Bytes from the start that a probe needs; more than `head` may hold."""
    encrypted: bool = False
    fragmented: bool = False
    """An MP4 whose index tells nothing of how long it is."""


def sniff(head: bytes) -> Sniffed:
    container = _container(head)
    if container not in ("mp4", "mov"):
        return Sniffed(container, container in _FRONT_TO_BACK)
    for kind, start, size in boxes(head):
        if kind == b"mdat":
            break
        if kind == b"moov":
            index = head[start : start + size]
            return Sniffed(container, True, start + size, is_encrypted([index]), b"mvex" in index)
    return Sniffed(container, False)


def boxes(data: bytes, at: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """(type, offset, size) of each MP4 box whose header is between `at` and `end`, one after the other."""
    while at + 8 <= (len(data) if end is None else end):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        yield kind, at, size
        if size < 8:  # 0 means "to the end of the file"; anything else is broken
            return
        at += size


def is_encrypted(moov: Iterable[bytes]) -> bool:
    """Common Encryption: ffmpeg shows such a stream as plain AAC and copies noise. `moov`: in parts."""
    found = {name for part in moov for name in (b"schm", b"enca", b"encv") if name in part}
    return b"schm" in found and not found.isdisjoint((b"enca", b"encv"))


def _container(head: bytes) -> str:
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "webm" if b"webm" in head[:64] else "matroska"
    if head[4:8] in _MP4_BOXES:
        return "mov" if head[4:12] == b"ftypqt  " else "mp4"
    return _riff_or_iff(head) or _raw(head)


def _riff_or_iff(head: bytes) -> str | None:
    if head[:4] in (b"RIFF", b"RF64", b"BW64"):
        return {b"WAVE": "wav", b"AVI ": "avi"}.get(head[8:12])
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    return None


def _raw(head: bytes) -> str:
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return "mpegts"
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "aac"
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06:
        return "mp3"
    return "text" if _is_text(head) else "unknown"


def _is_text(head: bytes) -> bool:
    """Pages, error documents, playlists: nothing binary in the first kilobytes."""
    start = head[:4096]
    return bool(start.strip()) and not any(byte < 9 or 13 < byte < 27 for byte in start)
