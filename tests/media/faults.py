"""What can be wrong with a file, made from the bytes of good ones: `files(folder)`."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from random import Random

_PAGE = b"<!DOCTYPE html><html><head><title>Not found</title></head><body>No such film</body></html>"
_DENIED = b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code><HostId>1</HostId></Error>'
_HUNDRED_HOURS = 360_000


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    yield "page.mp4", _PAGE
    yield "denied.mp4", _DENIED
    yield "empty.mp4", b""
    yield "noise.mp4", Random(1).randbytes(200_000)
    yield from _damaged(folder)
    yield from _changing(folder)
    yield from _boastful(folder)
    yield from _impossible()


def _damaged(folder: Path) -> Iterator[tuple[str, bytes]]:
    film = (folder / "index-last.mp4").read_bytes()
    yield "flipped.mp4", flipped(film, 40, film.index(b"mdat") + 4, film.index(b"moov"))
    yield "odd-codec.mp4", film.replace(b"mp4a", b"zzzz").replace(b"esds", b"free")
    yield "no-index-entries.mp4", film.replace(b"stsz", b"free")


def _changing(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Formats that change on the way."""
    for kind, names in {
        "two-rates.aac": ("rate-48000.aac", "rate-24000.aac"),
        "two-rates.mp3": ("rate-48000.mp3", "rate-24000.mp3"),
        "twice.ogg": ("vorbis.ogg", "vorbis.ogg"),
        "chained-rates.ogg": ("vorbis.ogg", "rate-24000.ogg"),
        "chained-codecs.ogg": ("vorbis.ogg", "opus.opus", "flac.ogg"),
    }.items():
        yield kind, b"".join((folder / name).read_bytes() for name in names)


def _boastful(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Headers that promise more, or less, than there is."""
    flac = bytearray((folder / "flac.flac").read_bytes())
    flac[21:26] = (flac[21] & 0xF0 | 0x4, *(_HUNDRED_HOURS * 48000 & 0xFFFFFFFF).to_bytes(4, "big"))
    yield "100-hours.flac", bytes(flac)
    yield "100-hours.wav", wav(bytes(24_000), rate=8000, channels=1, bits=8, size=_HUNDRED_HOURS * 8000)
    film = bytearray((folder / "faststart.mp4").read_bytes())
    for box, skip in ((b"mvhd", 20), (b"tkhd", 24), (b"mdhd", 20)):
        for at in _all(film, box):
            film[at + skip : at + skip + 4] = bytes((0x7F, 255, 255, 255))
    yield "ages.mp4", bytes(film)
    flac[21:26] = (flac[21] & 0xF0, *(48000).to_bytes(4, "big"))
    yield "1-second.flac", bytes(flac)
    mp4 = (folder / "faststart.mp4").read_bytes()
    for box in (b"stts", b"stsz", b"stsc", b"stco"):
        many = bytearray(mp4)
        for at in _all(many, box):
            count = at + (12 if box == b"stsz" else 8)
            many[count : count + 4] = bytes((0x3F, 255, 255, 255))
        yield f"endless-{box.decode()}.mp4", bytes(many)


def _impossible() -> Iterator[tuple[str, bytes]]:
    """Sounds that cannot be."""
    sound = Random(2).randbytes(9600)
    for name, shape in {
        "1-hz": {"rate": 1},
        "0-hz": {"rate": 0},
        "4-ghz": {"rate": 4_000_000_000},
        "255-channels": {"channels": 255},
        "0-channels": {"channels": 0},
        "0-bits": {"bits": 0},
    }.items():
        yield f"{name}.wav", wav(sound, **shape)
    nan = struct.pack("<4f", float("nan"), float("inf"), float("-inf"), 1e30)
    yield "not-a-number.wav", wav(nan * 24_000, bits=32, code=3)


def wav(
    sound: bytes, *, rate: int = 48000, channels: int = 2, bits: int = 16, code: int = 1, size: int = 0
) -> bytes:
    """`size`: what the header claims."""
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", code, channels, rate, rate * block & 0xFFFFFFFF, block, bits)
    claimed = size or len(sound)
    riff = struct.pack("<4sI4s4sI", b"RIFF", 36 + claimed, b"WAVE", b"fmt ", len(form))
    return riff + form + struct.pack("<4sI", b"data", claimed) + sound


def flipped(data: bytes, count: int, start: int, end: int) -> bytes:
    random = Random(3)
    changed = bytearray(data)
    for _ in range(count):
        changed[random.randrange(start, end)] ^= 1 << random.randrange(8)
    return bytes(changed)


def _all(data: bytes | bytearray, what: bytes) -> Iterator[int]:
    at = data.find(what)
    while at >= 0:
        yield at
        at = data.find(what, at + 1)
