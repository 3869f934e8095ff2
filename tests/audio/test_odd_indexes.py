"""Indexes that ffmpeg reads otherwise than they look: of such files all is left to it, or what it makes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from chalicelib.audio import child, ffmpeg, mp4_aac, mp4_track
from chalicelib.audio.sniff import boxes
from tests.audio import media as truth
from tests.audio.conftest import Audio
from tests.audio.media import music, picture
from tests.audio.test_copying import WIDE
from tests.audio.test_mp4_track import film, table
from tests.audio.test_stall import PATIENCE_SECONDS, clocked

_FRONT = ("-movflags", "+faststart")
_FILM = ("-c:v", "libx264", "-preset", "ultrafast", "-b:v", "4M", "-c:a", "aac", *_FRONT)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Its second track is sound."""
    path = tmp_path_factory.mktemp("film") / "source.mp4"
    truth.ffmpeg(*music(2), *picture(2), *_FILM, path)
    return path.read_bytes()


def numbers(*values: int) -> bytes:
    return b"".join(value.to_bytes(4, "big") for value in values)


def told(source: bytes, kind: bytes, at: int, rows: bytes) -> bytes:
    """With other rows at that place of the last box of the kind."""
    place = source.rindex(kind, 0, source.index(b"mdat")) + 4 + at
    return source[:place] + rows + source[place + len(rows) :]


def kept(source: bytes) -> tuple[bool, bool]:
    """Whether its sound is taken out of it, and whether as bare AAC."""
    track = mp4_track.find(source, 1, len(source))
    return track is not None, bool(track and mp4_aac.shape(source, track))


_FRAMES = 95


@pytest.mark.parametrize(
    ("kind", "at", "rows", "expected"),
    [
        (b"stsc", 16, numbers(2), (True, False)),  # of a second kind, which is not there
        (b"stsc", 16, numbers(0), (False, False)),
        (b"stsc", 12, numbers(0), (False, False)),  # an empty chunk: ffmpeg makes others of them
        (b"stts", 4, numbers(1, _FRAMES - 20, 1024), (True, False)),  # not all are told
        (b"stts", 4, numbers(1, _FRAMES, 1), (False, False)),
        (b"dref", 16, numbers(0), (True, False)),  # in another file
        (b"mvhd", 12, numbers(0), (True, False)),
        (b"sbgp", -4, b"ctts" + numbers(0, 1, _FRAMES, 48_000), (True, False)),
        (b"sbgp", -4, b"stz2" + numbers(0, 16, 1), (False, False)),
    ],
    ids=["kind-2", "kind-0", "empty", "untold", "short", "elsewhere", "no-scale", "moved", "twice"],
)
def test_what_ffmpeg_reads_otherwise(
    source: bytes, kind: bytes, at: int, rows: bytes, expected: tuple[bool, bool]
) -> None:
    assert kept(source) == (True, True)
    assert kept(told(source, kind, at, rows)) == expected


def test_moments_of_its_own_may_make_it_late(source: bytes) -> None:
    moved = told(source, b"sbgp", -4, b"ctts" + numbers(0, 1, _FRAMES, 48_000))
    track = mp4_track.find(moved, 1, len(moved))
    assert track
    assert track.late


def test_offsets_that_alone_would_be_too_large() -> None:
    far = 0xFFFF_FFFC
    begin = len(film(table(b"stco", 0, 0)))
    found = [
        mp4_track.find(film(table(b"stco", begin, far), sizes=(far - size, 0, 4, 0)), 1, 1 << 33)
        for size in (begin + 100, begin)
    ]
    assert [track is not None for track in found] == [True, False]


def covered(path: Path) -> None:
    """The cover, which is a track to ffmpeg, is told before the others."""
    cover = path.with_suffix(".jpg")
    truth.ffmpeg(*picture(1), "-frames:v", "1", cover)
    tracks = [part for number in range(4) for part in ("-map", str(number))]
    attached = ["-c:v:1", "copy", "-disposition:v:1", "attached_pic"]
    truth.ffmpeg(*WIDE, *music(10), *music(10, 32000), "-i", cover, *tracks, *_FILM, *attached, path)
    source = path.read_bytes()
    (index,) = ((at, size) for kind, at, size in boxes(source) if kind == b"moov")
    inner = list(boxes(source, index[0] + 8, sum(index)))
    inner.sort(key=lambda box: box[0] == b"trak")
    ordered = b"".join(source[at : at + size] for _, at, size in inner)
    path.write_bytes(source[: index[0] + 8] + ordered + source[sum(index) :])
    assert len(source) > 2 << 20


def test_a_cover_in_front_of_the_tracks_is_counted(audio: Audio, media: Path) -> None:
    covered(media / "covered.mp4")
    for to in ("aac", "wav"):
        outcome = audio.run("plain/covered.mp4", to, track=0, quality="high")
        assert outcome["output"]["sample_rate"] == 48000
        assert outcome["mode"] == ("copy" if to == "aac" else "transcode")


@pytest.mark.parametrize("to", ["aac", "wav"])
def test_sound_whose_first_seconds_are_damaged_stays_where_it_belongs(
    audio: Audio, media: Path, to: str
) -> None:
    path = media / "front-broken.mp4"
    truth.ffmpeg(*WIDE, *music(10), *_FILM, path)
    source = bytearray(path.read_bytes())
    track = mp4_track.find(bytes(source), 1, len(source))
    assert track
    for at, size in list(zip(track.starts, track.sizes, strict=True))[:140]:
        source[at : at + size] = bytes(size)
    path.write_bytes(source)
    result = audio.result(audio.run("plain/front-broken.mp4", to))
    assert truth.seconds(result) == pytest.approx(10, abs=0.1)
    assert truth.first_sound(result) == pytest.approx(3, abs=0.2)


def waited(event: threading.Event) -> None:
    assert event.wait(PATIENCE_SECONDS)


def test_what_was_begun_long_ago_is_not_hung(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It has written into its pipe, and nobody has read it yet, for the source took so long."""
    clock, read = clocked(environment, tmp_path, "echo x\ncat"), threading.Event()
    with ffmpeg.begin([], feed=lambda *_: waited(read)) as begun:
        clock.now += 2 * child.STALL_SECONDS
        assert ffmpeg.finish(begun, lambda _: read.set()).returncode == 0
