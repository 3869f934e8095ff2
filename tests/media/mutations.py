"""Damage at random, but the same each time: `mutated(number)` is one case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.audio.media import ffmpeg, mono, picture

_SHORT = 0.3
_FILM = [*mono(_SHORT), *picture(_SHORT), "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]
_COVER = ["-frames:v", "1", "-c:v", "mjpeg", "-disposition:v", "attached_pic"]
_SEEDS: Mapping[str, list[str]] = {
    "index-first.m4a": [*mono(_SHORT), "-c:a", "aac", "-movflags", "+faststart"],
    "index-last.mp4": _FILM,
    "fragmented.mp4": [*mono(_SHORT), "-c:a", "aac", "-movflags", "+frag_keyframe+empty_moov"],
    "opus.webm": [*mono(_SHORT, 48000), "-c:a", "libopus"],
    "vorbis.mkv": [*mono(_SHORT, 48000), "-c:a", "libvorbis", "-metadata", "title=x"],
    "vorbis.ogg": [*mono(_SHORT, 48000), "-c:a", "libvorbis"],
    "sound.flac": [*mono(_SHORT, 8000), "-c:a", "flac"],
    "sound.wav": [*mono(_SHORT, 8000), "-c:a", "pcm_s16le"],
    "sound.mp3": [*mono(_SHORT), "-c:a", "libmp3lame", "-metadata", "title=x"],
    "cover.mp3": [*mono(_SHORT), *picture(0.2), *_COVER, "-c:a", "libmp3lame"],
    "sound.aac": [*mono(_SHORT), "-c:a", "aac"],
    "sound.ts": [*mono(_SHORT), "-c:a", "aac"],
    "film.avi": [*mono(_SHORT), "-c:a", "libmp3lame"],
    "film.flv": [*mono(_SHORT, 22050), "-c:a", "aac"],
    "sound.wma": [*mono(_SHORT), "-c:a", "wmav2"],
    "sound.caf": [*mono(_SHORT, 8000), "-c:a", "pcm_s16be"],
    "sound.aiff": [*mono(_SHORT, 8000), "-c:a", "pcm_s16be"],
}
_SIZES = (0, 1, 7, 8, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF8, 0xFFFFFFFF)


@dataclass(frozen=True)
class Case:
    name: str
    """What was done to what."""
    data: bytes
    length_known: bool


def seeds(folder: Path) -> dict[str, bytes]:
    for name, arguments in _SEEDS.items():
        ffmpeg(*arguments, folder / name)
    return {name: (folder / name).read_bytes() for name in _SEEDS}


def mutated(number: int, seeds: Mapping[str, bytes]) -> Case:
    random = Random(f"case {number}")
    name = random.choice(list(seeds))
    data, done = bytearray(seeds[name]), [name]
    for _ in range(random.choice((1, 1, 2, 2, 3, 5))):
        mutation = random.choice(_MUTATIONS)
        mutation(data, random, list(seeds.values()))
        done.append(mutation.__name__.strip("_"))
    return Case(f"{number} ({', '.join(done)})", bytes(data), random.random() < 0.7)


def _place(data: bytearray, random: Random) -> int:
    """Rather in front, where the headers are."""
    return int(len(data) * random.random() ** 2)


def _flip_bits(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    for _number in range(random.choice((1, 1, 8, 64))):
        if data:
            data[_place(data, random)] ^= 1 << random.randrange(8)


def _fill(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    at, size = _place(data, random), random.choice((1, 4, 16, 256))
    filling = random.choice((bytes(size), b"\xff" * size, random.randbytes(size)))
    data[at : at + size] = filling[: len(data) - at]


def _cut_off(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    del data[random.randrange(len(data) + 1) :]


def _delete(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    at = _place(data, random)
    del data[at : at + random.choice((1, 4, 64, 1024))]


def _duplicate(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    at, size = _place(data, random), random.choice((4, 64, 1024))
    data[at:at] = data[at : at + size] * random.choice((1, 2, 50))


def _swap(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    size = random.choice((4, 64, 512))
    one, other = sorted((_place(data, random), _place(data, random)))
    if one + size <= other and other + size <= len(data):
        data[one : one + size], data[other : other + size] = (
            data[other : other + size],
            data[one : one + size],
        )


def _resize(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    """A number that may be a size or a count becomes an extreme one."""
    at, width = _place(data, random), random.choice((1, 2, 4, 4, 8))
    value = random.choice(_SIZES) & (1 << 8 * width) - 1
    data[at : at + width] = value.to_bytes(width, random.choice(("big", "little")))


def _splice(data: bytearray, random: Random, others: Sequence[bytes]) -> None:
    other = random.choice(others)
    data[_place(data, random) :] = other[random.randrange(len(other)) :]


_MUTATIONS: Sequence[Callable[[bytearray, Random, Sequence[bytes]], None]] = (
    _flip_bits,
    _fill,
    _cut_off,
    _delete,
    _duplicate,
    _swap,
    _resize,
    _splice,
)
