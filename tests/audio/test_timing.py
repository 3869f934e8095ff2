"""The sound stays where it was beside the picture, and lengths are those of the sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.audio import lengths
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


def test_adts_frames_are_counted_across_blocks(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = lengths.adts(media / "two-rates.aac")
    assert whole == pytest.approx(truth.seconds(media / "two-rates.aac"), abs=0.01)
    monkeypatch.setattr(lengths, "_BLOCK", 500)
    assert lengths.adts(media / "two-rates.aac") == pytest.approx(whole)
