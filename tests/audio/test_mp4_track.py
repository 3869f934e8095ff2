"""One track of an MP4, sent to ffmpeg alone."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from chalicelib.audio import mp4_aac, mp4_track
from chalicelib.audio.sieve import Sieve
from tests.audio.media import ffmpeg, mono, music, picture
from tests.audio.test_mp4 import box

_FILM = ("-c:v", "libx264", "-preset", "ultrafast", "-movflags", "+faststart")
_ORDER = ("-map", "0", "-map", "2", "-map", "1")
_FRAMES = re.compile(r"^\d+,.*$", re.MULTILINE)
SOURCES: dict[str, tuple[list[str], int]] = {
    codec: ([*music(3), *picture(3), *_FILM, "-c:a", codec, *more], 1)
    for codec, *more in (
        ["aac"], ["alac"], ["libopus"], ["flac", "-strict", "-2"], ["libmp3lame", "-q:a", "4"],
    )
} | {
    "first": ([*music(3), *picture(3), *_FILM, "-c:a", "aac", "-map", "0", "-map", "1"], 0),
    "third": ([*music(3), *mono(3), *picture(3), *_FILM, "-c:a", "aac", *_ORDER], 2),
}  # fmt: skip


def frames(path: Path, place: int) -> list[str]:
    """Of one track: times, sizes and checksums of its packets."""
    told = ffmpeg("-i", path, "-map", f"0:{place}", "-c", "copy", "-f", "framecrc", "pipe:2")
    return _FRAMES.findall(told)


def alone(source: bytes, track: mp4_track.Track, piece: int) -> bytes:
    sieve = Sieve(track)
    parts = [sieve.sift(source[at : at + piece]) for at in range(0, len(source), piece)]
    return bytes(mp4_track.alone(source, track)) + b"".join(parts)


@pytest.mark.parametrize("name", SOURCES)
def test_alone_it_has_the_same_packets_at_the_same_times(tmp_path: Path, name: str) -> None:
    arguments, place = SOURCES[name]
    whole, sifted = tmp_path / "whole.mp4", tmp_path / "sifted.mp4"
    ffmpeg(*arguments, whole)
    source = whole.read_bytes()
    track = mp4_track.find(source, place, len(source))
    assert track
    assert (track.pictured, track.late) == (True, False)
    results = [alone(source, track, piece) for piece in (1 << 18, 4099, 61)]
    sifted.write_bytes(results[0])
    assert frames(sifted, 0) == frames(whole, place)
    assert results == [results[0]] * 3


@pytest.mark.parametrize(
    "arguments",
    [
        [*music(1), *picture(1), *_FILM, "-c:a", "pcm_s16le", "-f", "mov"],  # counts its samples otherwise
        [*music(1), *picture(1), *_FILM, "-c:a", "ac3", "-f", "mp4"],  # samples of one size
        [
            *music(1),
            *picture(1),
            *_FILM,
            "-c:a",
            "aac",
            "-movflags",
            "+frag_keyframe+empty_moov",
            "-f",
            "mp4",
        ],
        [*music(1), *picture(1), *_FILM[:-2], "-c:a", "aac", "-f", "mp4"],  # the index at the end
    ],
)
def test_what_is_not_told_plainly_is_sent_whole(tmp_path: Path, arguments: list[str]) -> None:
    ffmpeg(*arguments, tmp_path / "source")
    source = (tmp_path / "source").read_bytes()
    assert mp4_track.find(source, 1, len(source)) is None


def test_a_picture_is_no_sound(tmp_path: Path) -> None:
    ffmpeg(*music(1), *picture(1), *_FILM, "-c:a", "aac", tmp_path / "source.mp4")
    source = (tmp_path / "source.mp4").read_bytes()
    assert mp4_track.find(source, 0, len(source)) is None
    assert mp4_track.find(source, 2, len(source)) is None
    assert mp4_track.find(source, 1, len(source))


def table(kind: bytes, *rows: int, width: int = 4, each: int = 1, before: bytes = b"") -> bytes:
    count = (len(rows) // each).to_bytes(4, "big")
    return box(kind, bytes(4) + before + count + b"".join(row.to_bytes(width, "big") for row in rows))


def film(
    offsets: bytes, runs: tuple[int, ...] = (1, 2, 1), sizes: tuple[int, ...] | None = (3, 4, 5, 6)
) -> bytes:
    """Two chunks of two samples each."""
    told = b"" if sizes is None else table(b"stsz", *sizes, before=bytes(4))
    sound = offsets + told + table(b"stsc", *runs, each=3)
    tracks = (
        box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + kind) + box(b"minf", box(b"stbl", inner))))
        for kind, inner in ((b"vide", b""), (b"soun", sound))
    )
    return box(b"ftyp", b"isom" + bytes(4)) + box(b"moov", b"".join(tracks))


@pytest.mark.parametrize(("kind", "width", "far"), [(b"stco", 4, 9_000), (b"co64", 8, 5_000_000_000)])
def test_where_its_chunks_are(kind: bytes, width: int, far: int) -> None:
    head = film(table(kind, 1000, far, width=width))
    track = mp4_track.find(head, 1, far + 11)
    assert track
    assert (list(track.starts), list(track.sizes)) == ([1000, 1003, far, far + 5], [3, 4, 5, 6])
    made = mp4_track.alone(head, track)
    assert made.endswith((8 + 18).to_bytes(4, "big") + b"mdat")
    assert made.count(b"free") == 1
    moved = made[made.index(kind) + 12 :][: 2 * width]
    assert moved == len(made).to_bytes(width, "big") + (len(made) + 7).to_bytes(width, "big")


@pytest.mark.parametrize(
    "head",
    [
        film(table(b"stco", 9000, 1000)),  # backwards
        film(table(b"stco", 1000, 1006)),  # one in the other
        film(table(b"stco", 100, 9000)),  # within the index
        film(table(b"stco", 1000, 99_990)),  # beyond the end
        film(table(b"stco")),
        film(b""),
        film(table(b"stco", 1000, 9000) + table(b"co64", 1000, 9000, width=8)),
        film(table(b"stco", 1000, 9000), runs=()),
        film(table(b"stco", 1000, 9000), runs=(2, 2, 1)),
        film(table(b"stco", 1000, 9000), runs=(1, 2, 1, 4_000_000_000, 0, 1)),
        film(table(b"stco", 1000, 9000), runs=(1, 2, 1, 1, 2, 1)),
        film(table(b"stco", 1000, 9000), runs=(1, 3, 1)),
        film(table(b"stco", 1000, 9000), sizes=(3, 4, 5)),
        film(box(b"stco", bytes(4) + b"\xff\xff\xff\xff" + bytes(8))),
        film(b"\0\0\0\x14" + table(b"stco", 1000, 9000)[4:-4]),  # reaches into the next box
    ],
)
def test_what_an_index_must_not_say(head: bytes) -> None:
    assert mp4_track.find(film(table(b"stco", 1000, 99_989)), 1, 100_000)
    assert mp4_track.find(head, 1, 100_000) is None


def test_an_index_of_more_than_memory_is_for_is_left_to_ffmpeg() -> None:
    for samples, found in ((1000, True), (3 << 20, False)):
        sizes = box(b"stsz", bytes(8) + samples.to_bytes(4, "big") + bytes(4 * samples))
        head = film(table(b"stco", 20 << 20) + sizes, runs=(1, samples, 1), sizes=None)
        assert bool(mp4_track.find(head, 1, 20 << 20)) is found


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("film") / "source.mp4"
    ffmpeg(*mono(0.5), *picture(0.5), *_FILM, "-c:a", "aac", path)
    return path.read_bytes()


_VALUES = (0, 1, 2, 7, 8, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF8, 0xFFFFFFFF)


def mutated(source: bytes, random: Random) -> bytes:
    end = source.index(b"mdat")
    data = bytearray(source)
    for _ in range(random.choice((1, 1, 2, 4))):
        at = random.randrange(end - 8)
        what = random.randrange(4)
        if what == 0:
            data[at] ^= 1 << random.randrange(8)
        elif what == 1:
            data[at : at + 4] = random.choice(_VALUES).to_bytes(4, "big")
        elif what == 2:
            del data[at : at + random.choice((1, 4, 8, 100))]
        else:
            data[at:at] = data[at : at + random.choice((4, 8, 100))]
    return bytes(data)


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_index_is_no_plain_one_or_adds_up(source: bytes, seed: int) -> None:
    random = Random(seed)
    found = 0
    for _ in range(200):
        data = mutated(source, random)
        track = mp4_track.find(data, 1, len(data))
        if not track:
            continue
        found += 1
        head = mp4_track.alone(data, track)
        assert len(alone(data, track, 4099)) == len(head) + sum(track.sizes)
        assert all(this <= following for this, following in pairwise(track.starts))
        shape = mp4_aac.shape(data, track)
        if shape:
            framed = Sieve(track, {size: shape.header(size) for size in track.sizes}).sift(data)
            assert len(framed) == sum(track.sizes) + 7 * len(track.sizes)
    assert 0 < found < 200
