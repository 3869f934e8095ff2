"""The sound stays where it was beside the picture, and lengths are those of the sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.audio import lengths
from chalicelib.settings import settings
from tests.audio import media as truth
from tests.audio.conftest import Audio


@pytest.mark.parametrize(
    ("source", "to"),
    [
        ("late.mp4", "aac"),
        ("late.mp4", "m4a"),
        ("late.mp4", "opus"),
        ("late.mkv", "mp3"),
        ("late.mkv", "aac"),
        ("late.ts", "opus"),
        ("late.ts", "wav"),
    ],
)
def test_sound_that_starts_late(audio: Audio, source: str, to: str) -> None:
    outcome = audio.run(f"plain/{source}", to)
    path = audio.result(outcome)
    assert truth.seconds(path) == pytest.approx(10, abs=0.1)
    assert outcome["output"]["duration"] == pytest.approx(truth.seconds(path), abs=0.1)
    assert (outcome["mode"], outcome["warnings"]) == ("transcode", [])
    assert truth.first_sound(path) == pytest.approx(8, abs=0.1)


def test_when_the_picture_begins_is_not_looked_for_among_the_messages(
    audio: Audio, tmp_path: Path, environment: pytest.MonkeyPatch
) -> None:
    """Two threads write them, and a line may end up within another."""
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/bash\n{truth.FFMPEG} \"$@\" 2> >(grep -v '^0,' >&2)\n")
    program.chmod(0o755)
    environment.setenv("FFMPEG_PATH", str(program))
    settings.cache_clear()
    path = audio.result(audio.run("plain/late.mp4", "mp3"))
    assert truth.first_sound(path) == pytest.approx(8, abs=0.1)


def test_late_sound_in_surround_and_normalised(audio: Audio) -> None:
    outcome = audio.run("plain/late-surround.mkv", "wav", normalize=True)
    path = audio.result(outcome)
    assert outcome["output"]["channels"] == 6
    assert truth.seconds(path) == pytest.approx(10, abs=0.1)
    assert truth.first_sound(path) == pytest.approx(8, abs=0.1)


@pytest.mark.parametrize(
    ("source", "to"), [("gap.mkv", "aac"), ("gap.mkv", "m4a"), ("gap.mkv", "mp3"), ("gap.webm.mkv", "opus")]
)
def test_sound_with_a_gap(audio: Audio, source: str, to: str) -> None:
    outcome = audio.run(f"plain/{source}", to)
    path = audio.result(outcome)
    assert truth.seconds(path) == pytest.approx(10, abs=0.1)
    assert outcome["output"]["duration"] == pytest.approx(10, abs=0.1)
    assert (outcome["mode"], outcome["warnings"]) == ("transcode", [])


@pytest.mark.parametrize("to", ["aac", "flac"])
def test_change_of_format_on_the_way(audio: Audio, to: str) -> None:
    """Nothing of it is damaged, whatever the muxer says about timestamps."""
    outcome = audio.run("plain/two-rates.aac", to)
    path = audio.result(outcome)
    assert truth.seconds(path) == pytest.approx(8, abs=0.3)
    assert outcome["output"]["duration"] == pytest.approx(truth.seconds(path), abs=0.1)
    assert outcome["warnings"] == []


@pytest.mark.parametrize("to", ["mp3", "aac", "ogg"])
def test_reported_length_and_bitrate_are_of_the_file(audio: Audio, to: str) -> None:
    outcome = audio.run("plain/mono.wav", to, quality="low")
    path, output = audio.result(outcome), outcome["output"]
    assert output["duration"] == pytest.approx(truth.seconds(path), abs=0.12)
    assert output["bitrate"] == round(path.stat().st_size * 8 / output["duration"])


@pytest.mark.parametrize("rate", [44100, 24000, 8000])
def test_an_mp3_is_as_long_as_its_source(audio: Audio, media: Path, rate: int) -> None:
    """And not longer by what its encoder puts before and behind, which at 8 kHz is 0.17 s."""
    outcome = audio.run("plain/mono.wav", "mp3", sample_rate=rate)
    assert outcome["output"]["duration"] == pytest.approx(truth.seconds(media / "mono.wav"), abs=0.001)


def test_an_mp3_that_tells_no_length_is_left_to_the_probe(tmp_path: Path) -> None:
    told = b"ID3\4\0\0\0\0\0\0" + b"\xff\xfb\x40\xc0" + bytes(32) + b"Info\0\0\0\x0f" + bytes(200)
    for odd in (b"", b"ID3", told[:120], told.replace(b"Info", b"none"), told.replace(b"\x0f", b"\x01")):
        (tmp_path / "a.mp3").write_bytes(odd)
        assert lengths.mp3(tmp_path / "a.mp3") is None
    (tmp_path / "a.mp3").write_bytes(told)
    assert lengths.mp3(tmp_path / "a.mp3") == 0
    (tmp_path / "a.mp3").write_bytes(told.replace(b"\x40\xc0", b"\x4c\xc0"))
    assert lengths.mp3(tmp_path / "a.mp3") is None


def test_adts_frames_are_counted_across_blocks(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = lengths.adts(media / "two-rates.aac")
    assert whole == pytest.approx(truth.seconds(media / "two-rates.aac"), abs=0.01)
    monkeypatch.setattr(lengths, "_BLOCK", 500)
    assert lengths.adts(media / "two-rates.aac") == pytest.approx(whole)
