"""Bare AAC out of an MP4 without ffmpeg is, byte for byte, what ffmpeg makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.audio import adts, mp4_aac, mp4_track
from chalicelib.audio.sieve import Sieve
from tests.audio.media import ffmpeg, mono, music, picture

_FRONT = ("-movflags", "+faststart")
_FILM = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", *_FRONT)
SOURCES: dict[str, list[str]] = {
    **{f"{rate} Hz": [*music(1, rate), "-c:a", "aac", *_FRONT] for rate in adts.RATES[:-2]},
    "mono": [*mono(1), *picture(1), *_FILM],
    "film": [*music(3), *picture(3), *_FILM],
    "one chunk": [*music(2), *picture(2), "-chunk_duration", "60000000", *_FILM],
    "room left for the index": [*music(2), *picture(2), "-moov_size", "60000", *_FILM[:-2]],
    "no encoder's delay": [*music(2), "-c:a", "aac", "-use_editlist", "0", *_FRONT],
    "QuickTime": [*music(2), *picture(2), *_FILM, "-f", "mov"],
}


def framed(source: bytes, track: mp4_track.Track, shape: adts.Shape, piece: int) -> bytes:
    """`source` comes in pieces of so many bytes."""
    sieve = Sieve(track, {size: shape.header(size) for size in track.sizes})
    parts = [sieve.sift(source[at : at + piece]) for at in range(0, len(source), piece)]
    assert sieve.passed == len(track.sizes)
    return b"".join(parts)


def aac_track(source: bytes, place: int) -> tuple[mp4_track.Track, adts.Shape | None]:
    track = mp4_track.find(source, place, len(source))
    assert track
    return track, mp4_aac.shape(source, track)


@pytest.mark.parametrize("name", SOURCES)
def test_it_is_what_ffmpeg_makes(tmp_path: Path, name: str) -> None:
    path, expected = tmp_path / "source.mp4", tmp_path / "expected.aac"
    ffmpeg(*SOURCES[name], path)
    ffmpeg("-i", path, "-map", "0:a", "-c", "copy", "-f", "adts", expected)
    source = path.read_bytes()
    track, shape = aac_track(source, 1 if b"vide" in source else 0)
    if name == "QuickTime":
        assert shape is None  # its descriptions are of another version, which ffmpeg reads
        return
    assert shape
    for piece in (1 << 18, 4099, 97):
        assert framed(source, track, shape, piece) == expected.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["-af", "aselect='lt(t,1)+gt(t,2)'"], "a gap"),
        (["-ar", "8000"], "an encoder's delay of more than a tenth of a second"),
        (["-ac", "6"], "surround"),
        (["-c:a", "alac"], "another codec"),
        (["-c:a", "libmp3lame", "-q:a", "4"], "another codec by the same name"),
        (["-af", "asetpts=PTS+0.5/TB"], "late"),
    ],
)
def test_what_is_not_plain_is_left_to_ffmpeg(tmp_path: Path, arguments: list[str], why: str) -> None:
    ffmpeg(*music(3), *picture(3), *_FILM, *arguments, tmp_path / "source.mp4")
    track, shape = aac_track((tmp_path / "source.mp4").read_bytes(), 1)
    assert shape is None, why
    assert track.late == (why == "late")


def test_what_is_cut_out_of_a_film_without_encoding_is_left_to_ffmpeg(tmp_path: Path) -> None:
    """Sound from before the cut is in it, for an edit to leave out."""
    ffmpeg(*music(6), *picture(6), *_FILM, tmp_path / "film.mp4")
    ffmpeg("-ss", "2.5", "-i", tmp_path / "film.mp4", "-t", "2", "-c", "copy", *_FRONT, tmp_path / "cut.mp4")
    track, shape = aac_track((tmp_path / "cut.mp4").read_bytes(), 1)
    assert (track.late, shape) == (False, None)


def test_an_edit_that_ends_before_the_sound_does_is_left_to_ffmpeg(tmp_path: Path) -> None:
    path, copied = tmp_path / "source.mp4", tmp_path / "copied.aac"
    ffmpeg(*music(2), "-c:a", "aac", *_FRONT, path)
    source = bytearray(path.read_bytes())
    at = source.index(b"elst") + 12
    length = int.from_bytes(source[at : at + 4], "big")
    seen = []
    for shorter in range(0, 60, 4):  # milliseconds
        source[at : at + 4] = (length - shorter * length // 2000).to_bytes(4, "big")
        path.write_bytes(source)
        ffmpeg("-i", path, "-c", "copy", "-f", "adts", copied)
        track, shape = aac_track(bytes(source), 0)
        if shape:
            assert framed(bytes(source), track, shape, 1 << 18) == copied.read_bytes()
        seen.append(shape is not None)
    assert seen == sorted(seen, reverse=True)
    assert set(seen) == {True, False}


@pytest.mark.parametrize(
    "configuration",
    [
        5 << 11 | 3 << 7 | 2 << 3,  # spectral band replication, told outright
        1 << 11 | 3 << 7 | 2 << 3,  # the main profile
        2 << 11 | 15 << 7 | 2 << 3,  # a rate of its own
        2 << 11 | 3 << 7 | 0 << 3,  # channels of its own
        2 << 11 | 3 << 7 | 2 << 3 | 4,  # frames of 960
    ],
)
def test_other_kinds_of_aac_are_left_to_ffmpeg(tmp_path: Path, configuration: int) -> None:
    ffmpeg(*music(1), "-c:a", "aac", *_FRONT, tmp_path / "source.mp4")
    source = (tmp_path / "source.mp4").read_bytes()
    plain = (2 << 11 | 3 << 7 | 2 << 3).to_bytes(2, "big")
    at = source.index(plain, source.index(b"esds"))
    assert aac_track(source, 0)[1]
    assert aac_track(source[:at] + configuration.to_bytes(2, "big") + source[at + 2 :], 0)[1] is None


def test_the_largest_frame_that_a_header_can_tell() -> None:
    header = adts.Shape(48000, 2).header(adts.MOST_BYTES)
    assert header == bytes.fromhex("fff14c83fffffc")
