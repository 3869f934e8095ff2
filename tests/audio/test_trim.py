"""A part of the sound is that part of the whole, to the sample."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import correlate

from chalicelib.audio import trim
from chalicelib.audio.request import AudioRequest
from chalicelib.errors import JobError
from chalicelib.settings import settings
from tests.audio import media as truth
from tests.audio.conftest import Audio


@pytest.mark.parametrize(
    ("path", "start", "end"),
    [
        ("plain/long.mkv", 2.345678, 3.5),  # while it arrives
        ("chunked/long.mkv", 7, None),
        ("plain/index-first.mov", None, 4.2),
        ("plain/index-last.mov", 5, 6.25),  # from a file
        ("plain/long.mp3", 40.1, 43),
        ("plain/opus.webm", 1.1, 2.2),
        ("plain/vorbis.mkv", 0.7, None),
        ("plain/high.flac", 1.000001, 1.5),
        ("plain/raw.aac", 1, 2),
        ("plain/broadcast.ts", 1, 2.5),
        ("plain/surround.mkv", 0.5, 2.5),
        ("plain/late.mp4", 7, 9),  # the sound starts at 8 s
        ("plain/late.ts", 7, 9),
        ("plain/gap.mkv", 2.5, 6.5),  # and here it pauses from 3 to 6 s
        ("plain/far.mov", 71.25, 73),  # what comes before is not even read
    ],
)
def test_the_part_is_that_of_the_whole(
    audio: Audio, path: str, start: float | None, end: float | None
) -> None:
    whole = truth.samples(audio.result(audio.run(path, "wav")))
    outcome = audio.run(path, "wav", start=start, end=end)
    part = truth.samples(audio.result(outcome))
    rate = outcome["output"]["sample_rate"]
    wanted = whole[round((start or 0) * rate) : round(end * rate) if end else None]
    assert part.shape == wanted.shape
    assert np.array_equal(part, wanted)
    assert outcome["output"]["duration"] == pytest.approx(len(wanted) / rate, abs=0.011)
    assert outcome["warnings"] == []


@pytest.mark.parametrize(
    ("to", "frame"), [("mp3", 1152), ("aac", 2048), ("m4a", 1024), ("ogg", 1), ("opus", 1), ("flac", 0)]
)
def test_every_format_is_cut_at_the_same_place(audio: Audio, media: Path, to: str, frame: int) -> None:
    outcome = audio.run("plain/long.mkv", to, start=3.3, end=4.55)
    result = audio.result(outcome)
    mono = ("-ac", "1", "-ar", "48000")
    wanted = truth.samples(media / "long.mkv", *mono)[round(3.3 * 48000) : round(4.55 * 48000), 0]
    found = truth.samples(result, *mono)[:, 0]
    assert len(found) == pytest.approx(len(wanted), abs=frame)
    matched = correlate(found.astype(float), wanted.astype(float))
    lag = int(np.argmax(matched)) - (len(wanted) - 1)
    assert lag == (1024 if to == "aac" else 0)  # ADTS cannot say that its first frame is not to be heard
    assert outcome["output"]["duration"] == pytest.approx(1.25, abs=frame / 48000 + 0.01)


def test_the_rest_of_the_source_is_not_waited_for(audio: Audio, media: Path) -> None:
    """Its second half never comes."""
    outcome = audio.run("stall/long.wav", "mp3", start=0.5, end=2)
    assert truth.seconds(audio.result(outcome)) == pytest.approx(1.5, abs=0.03)
    assert outcome["warnings"] == []
    assert outcome["input"]["size"] == (media / "long.wav").stat().st_size


def test_what_was_not_read_is_not_told(audio: Audio) -> None:
    source = audio.run("chunked/long.oga", "mp3", start=1, end=2)["input"]
    assert (source["size"], source["duration"]) == (None, None)
    source = audio.run("chunked/long.oga", "mp3", start=10)["input"]
    assert source["size"] > 1 << 20
    assert source["duration"] == pytest.approx(12, abs=0.1)


def test_a_part_is_never_a_copy(audio: Audio) -> None:
    assert audio.run("plain/aac.mp4", "aac")["mode"] == "copy"
    assert audio.run("plain/aac.mp4", "aac", end=2)["mode"] == "transcode"


@pytest.mark.parametrize("path", ["plain/long.mkv", "plain/index-last.mov", "chunked/long.mp3"])
def test_an_end_beyond_the_source_is_told(audio: Audio, path: str) -> None:
    length = 45 if path.endswith("mp3") else 12
    outcome = audio.run(path, "flac", start=length - 1, end=length + 3)
    assert outcome["warnings"] == ["trim_end_beyond_source"]
    assert truth.seconds(audio.result(outcome)) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("path", ["plain/long.mkv", "plain/index-last.mov", "plain/late.mp4"])
def test_a_start_beyond_the_source_fails(audio: Audio, path: str) -> None:
    with pytest.raises(JobError) as caught:
        audio.run(path, "mp3", start=12.5, end=14)
    assert (caught.value.code, caught.value.retryable) == ("INVALID_VIDEO", False)
    assert caught.value.message == "The sound ends before 12.5 s, where the trim starts."


def test_a_source_that_is_cut_off_within_the_part(audio: Audio) -> None:
    assert audio.run("plain/half.flac", "mp3", start=0.1, end=0.5)["warnings"] == []
    with pytest.raises(JobError) as caught:
        audio.run("plain/half.flac", "mp3", start=0.1, end=2.9)
    assert caught.value.code == "INVALID_VIDEO"
    assert "cut off" in caught.value.message


def test_the_most_sound_is_counted_to_the_end_of_the_part(
    audio: Audio, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("BATCHREEL_MAX_DURATION_SECONDS", "5")
    settings.cache_clear()
    assert audio.run("plain/long.mkv", "mp3", start=1, end=3)["output"]["duration"] == pytest.approx(
        2, abs=0.1
    )
    with pytest.raises(JobError) as caught:
        audio.run("plain/long.mkv", "mp3", start=7, end=9)
    assert caught.value.code == "DURATION_EXCEEDED"


@pytest.mark.parametrize(("start", "end"), [(None, 7.5), (8.5, 12)])
def test_the_part_is_what_is_normalised(audio: Audio, start: float | None, end: float) -> None:
    """Its loudness counts, not that of the rest."""
    outcome = audio.run("plain/fading.mov", "wav", normalize=True, start=start, end=end)
    result = audio.result(outcome)
    assert truth.seconds(result) == pytest.approx(end - (start or 0), abs=0.01)
    assert truth.lufs(result) == pytest.approx(-16, abs=0.5)


def test_a_change_of_format_before_the_part(audio: Audio) -> None:
    """From there on, every filter starts anew."""
    outcome = audio.run("plain/two-rates.ts", "wav", start=5, end=6.5)
    assert truth.seconds(audio.result(outcome)) == pytest.approx(1.5, abs=0.01)


def test_seconds_that_come_out() -> None:
    def seconds(start: float | None, end: float | None, duration: float | None) -> float | None:
        return trim.seconds(AudioRequest("u", "mp3", start=start, end=end), duration)

    assert seconds(None, None, 12) == 12
    assert seconds(5, None, 12) == 7
    assert seconds(5, 8, 12) == 3
    assert seconds(5, 20, 12) == 7
    assert seconds(20, 30, 12) == 0
    assert seconds(5, 8, None) == 3
    assert seconds(5, None, None) is None


def test_only_far_into_an_index_it_is_worth_seeking() -> None:
    far, near = AudioRequest("u", "mp3", start=600), AudioRequest("u", "mp3", start=30)
    assert trim.skipped(far, "mp4") == 598
    assert trim.skipped(near, "mp4") == trim.skipped(far, "matroska") == 0
    assert trim.skipped(replace(far, normalize=True), "mp4") == 0
    assert trim.filters(far, 598) == ["atrim=start=2.000000", "asetpts=PTS-round(2.000000/TB)"]
