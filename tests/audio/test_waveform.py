"""Peaks for players, against every sample of the sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib import aws
from chalicelib.audio import waveform
from tests.audio import media as truth
from tests.audio.conftest import BUCKET, Audio


def document(audio: Audio, path: str, **request: Any) -> dict[str, Any]:
    outcome = audio.run(path, "waveform", **request)
    found: dict[str, Any] = json.loads(audio.result(outcome).read_text())
    return found


def extremes(sound: NDArray[np.int16], samples: int) -> list[int]:
    """The lowest and highest of each channel for each block of samples; silence is between them."""
    found: list[int] = []
    for at in range(0, len(sound), samples):
        for channel in sound[at : at + samples].T.astype(int):
            found += [-(max(0, -channel.min()) // 256), max(0, channel.max()) // 256]
    return found


@pytest.mark.parametrize(
    ("source", "channels", "rate"),
    [
        ("aac.mp4", 1, 48000),
        ("aac.mp4", 2, 48000),
        ("surround.mkv", 2, 48000),
        ("mono.wav", 1, 16000),
        ("loud.wav", 2, 48000),
        ("silence.wav", 1, 44100),
    ],
)
def test_peaks_are_those_of_the_samples(
    audio: Audio, media: Path, source: str, channels: int, rate: int
) -> None:
    found = document(audio, f"plain/{source}", channels=channels)
    sound = truth.samples(media / source, "-ac", str(channels))
    assert found["data"] == extremes(sound, 256)
    assert len(found["data"]) == 2 * channels * found["length"]
    assert (found["version"], found["bits"], found["samples_per_pixel"]) == (2, 8, 256)
    assert (found["channels"], found["sample_rate"]) == (channels, rate)
    assert set(found) == {
        "version", "channels", "sample_rate", "samples_per_pixel", "bits", "length", "data",
    }  # fmt: skip


def test_clipped_sound_reaches_both_ends(audio: Audio) -> None:
    data = document(audio, "plain/loud.wav")["data"]
    assert (min(data), max(data)) == (-128, 127)


@pytest.mark.parametrize("path", ["plain/index-last.mov", "chunked/long.oga"])  # of known and unknown length
def test_a_long_sound_has_coarser_peaks(
    audio: Audio, media: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(waveform, "MOST_POINTS", 100)
    monkeypatch.setattr(waveform, "_READ_POINTS", 10)
    found = document(audio, path, channels=2)
    sound = truth.samples(media / path.partition("/")[2])
    assert 50 < found["length"] <= 100
    assert found["samples_per_pixel"] % 256 == 0
    assert found["data"] == extremes(sound, found["samples_per_pixel"])


def test_blocks_are_no_larger_than_the_muxer_takes() -> None:
    assert waveform.arguments(48000, 3)[1] == "256"
    assert waveform.arguments(48000, 3600)[1] == "1792"
    assert waveform.arguments(192_000, 7 * 24 * 3600)[1] == "65280"


def test_a_part_of_the_sound_and_sound_that_starts_late(audio: Audio, media: Path) -> None:
    found = document(audio, "plain/long.mkv", start=2, end=4.5)
    sound = truth.samples(media / "long.mkv", "-ac", "1")[2 * 48000 : round(4.5 * 48000)]
    assert found["data"] == extremes(sound, 256)
    late = document(audio, "plain/late.mp4")
    assert late["length"] * 256 / late["sample_rate"] == pytest.approx(10, abs=0.1)
    first = next(at for at, value in enumerate(late["data"]) if abs(value) > 2) // 2
    assert first * 256 / 48000 == pytest.approx(8, abs=0.1)


def test_what_is_told_about_it(audio: Audio) -> None:
    outcome = audio.run("plain/surround.mkv", "waveform", channels=2)
    output = outcome["output"]
    assert (output["codec"], output["bitrate"]) == (None, None)
    assert (output["sample_rate"], output["channels"], output["duration"]) == (48000, 2, 3)
    assert output["filename"] == "surround.waveform.json"
    assert output["size"] == audio.result(outcome).stat().st_size
    assert outcome["warnings"] == []
    head = aws.s3().head_object(Bucket=BUCKET, Key=output["key"])
    assert head["ContentType"] == "application/json"
    assert output["key"].endswith("audio.waveform.json")
