"""Whole jobs, checked against what the results really hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalicelib import aws
from chalicelib.audio.probe import probe
from chalicelib.audio.request import CONTENT_TYPES, FORMATS, QUALITIES
from tests.audio import media as truth
from tests.audio.conftest import BUCKET, Audio, RecordingTask

OF_MP4 = {"major_brand", "minor_version", "compatible_brands", "language", "handler_name"}
CODECS = {
    "mp3": "mp3",
    "aac": "aac",
    "m4a": "aac",
    "flac": "flac",
    "wav": "pcm_s16le",
    "ogg": "vorbis",
    "opus": "opus",
}


@pytest.mark.parametrize("to", FORMATS)
def test_every_format(audio: Audio, to: str) -> None:
    task = RecordingTask()
    outcome = audio.run("plain/surround.mkv", to, task)
    path = audio.result(outcome)
    output, found = outcome["output"], probe(path).audio[0]
    assert output["key"] == f"{task.object_prefix}audio.{to}"
    assert output["filename"] == f"surround.{to}"
    assert (found.codec, output["codec"]) == (CODECS[to], CODECS[to])
    assert found.channels == output["channels"] == (6 if to in ("flac", "wav") else 2)
    assert found.rate == output["sample_rate"] == 48000
    assert output["size"] == path.stat().st_size
    assert output["bitrate"] == pytest.approx(output["size"] * 8 / output["duration"], abs=1)
    assert truth.seconds(path) == pytest.approx(3, abs=0.1)
    assert output["duration"] == pytest.approx(3, abs=0.1)
    assert outcome["mode"] == "transcode"
    assert outcome["warnings"] == []
    head = aws.s3().head_object(Bucket=BUCKET, Key=output["key"])
    assert head["ContentType"] == CONTENT_TYPES[to]


@pytest.mark.parametrize("quality", QUALITIES)
@pytest.mark.parametrize("to", FORMATS)
def test_every_quality_of_mono_speech(audio: Audio, to: str, quality: str) -> None:
    outcome = audio.run("plain/mono.wav", to, quality=quality)
    assert truth.seconds(audio.result(outcome)) == pytest.approx(3, abs=0.1)
    assert outcome["output"]["channels"] == 1


@pytest.mark.parametrize(
    ("to", "source", "bitrate", "rate"),
    [
        ("mp3", "rich.mp4", 192_000, 48000),
        ("mp3", "rich.mp4", 64_000, 48000),
        ("mp3", "mono.wav", 192_000, 32000),  # 160k is all that 16 kHz can carry
        ("mp3", "mono.wav", 128_000, 16000),
        ("mp3", "high.flac", 320_000, 48000),
        ("mp3", "rich.mp4", 150_000, 48000),
        ("aac", "rich.mp4", 192_000, 48000),
        ("aac", "mono.wav", 160_000, 44100),
        ("opus", "rich.mp4", 128_000, 48000),
        ("ogg", "rich.mp4", 160_000, 48000),
    ],
)
def test_explicit_bitrate(audio: Audio, to: str, source: str, bitrate: int, rate: int) -> None:
    output = audio.run(f"plain/{source}", to, bitrate=bitrate)["output"]
    tolerance = 0.25 if to == "ogg" else 0.12
    assert output["bitrate"] == pytest.approx(bitrate, rel=tolerance)
    assert output["sample_rate"] == rate


def test_bitrate_beyond_what_mono_can_carry(audio: Audio) -> None:
    outcome = audio.run("plain/mono.wav", "opus", bitrate=400_000)
    assert outcome["warnings"] == ["bitrate_lowered:256000"]
    assert audio.run("plain/mono.wav", "ogg", bitrate=400_000)["warnings"][0] == "bitrate_lowered:240000"
    assert audio.run("plain/mono.wav", "aac", bitrate=400_000)["warnings"][0] == "bitrate_lowered:288000"


def test_bitrate_that_the_sound_does_not_need(audio: Audio) -> None:
    outcome = audio.run("plain/mono.wav", "ogg", bitrate=200_000)
    assert outcome["warnings"] == [f"bitrate_missed:{outcome['output']['bitrate']}"]
    assert audio.run("plain/rich.mp4", "mp3", bitrate=192_000)["warnings"] == []
    assert audio.run("plain/mono.wav", "ogg")["warnings"] == []


@pytest.mark.parametrize("to", FORMATS)
def test_tags(audio: Audio, to: str) -> None:
    kept = truth.tags(audio.result(audio.run("plain/high.flac", to, preserve_metadata=True)))
    assert kept["title"] == "A: title"
    assert kept["artist"] == "Somebody"
    assert "location" not in kept
    stripped = truth.tags(audio.result(audio.run("plain/high.flac", to)))
    assert not set(stripped) - {"encoder"} - (OF_MP4 if to == "m4a" else set())


def test_tags_of_the_container_with_line_breaks(audio: Audio) -> None:
    path = audio.result(audio.run("plain/aac.mp4", "flac", preserve_metadata=True))
    assert truth.tags(path) == {"title": "A: title", "artist": "Somebody", "comment": "two\nlines"} | {
        key: value for key, value in truth.tags(path).items() if key == "encoder"
    }


def test_no_trace_of_the_source_without_tags(audio: Audio) -> None:
    for to in (*FORMATS, "waveform"):
        data = audio.result(audio.run("plain/handled.mp4", to)).read_bytes()
        assert b"Somebody" not in data
        assert b"Their handler" not in data
        # an MP4 file has brands and handlers of its own
        assert to == "m4a" or not (b"SoundHandler" in data or b"isom" in data)


@pytest.mark.parametrize(
    ("source", "to"),
    [
        ("aac.mp4", "aac"),
        ("aac.mp4", "m4a"),
        ("opus.webm", "opus"),
        ("vorbis.mkv", "ogg"),
        ("mp3.mp4", "mp3"),
        ("high.flac", "flac"),
    ],
)
def test_copy_of_a_matching_codec(audio: Audio, media: Path, source: str, to: str) -> None:
    outcome = audio.run(f"plain/{source}", to)
    assert outcome["mode"] == "copy"
    assert truth.packets(audio.result(outcome)) == truth.packets(media / source)
    assert truth.seconds(audio.result(outcome)) == pytest.approx(3, abs=0.1)


def test_a_copied_m4a_begins_and_ends_where_the_source_does(audio: Audio, media: Path) -> None:
    """By its edit list; and a player need not wait for the end of the file to find it."""
    outcome = audio.run("plain/aac.mp4", "m4a")
    result = audio.result(outcome)
    assert np.array_equal(truth.samples(result), truth.samples(media / "aac.mp4"))
    data = result.read_bytes()
    assert data[4:12] == b"ftypM4A "
    assert 0 < data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize(
    ("source", "more"),
    [
        ("rich.mp4", {"quality": "low"}),  # far larger than asked for
        ("aac.mp4", {"bitrate": 96_000}),
        ("aac.mp4", {"normalize": True}),
        ("raw.aac", {}),  # no index: the format may change on the way
        ("broadcast.ts", {}),
    ],
)
def test_no_copy(audio: Audio, source: str, more: dict[str, Any]) -> None:
    outcome = audio.run(f"plain/{source}", "aac", **more)
    assert outcome["mode"] == "transcode"
    assert truth.seconds(audio.result(outcome)) == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize(
    "path",
    [
        "plain/long.mkv",
        "no-range/long.wav",
        "chunked/long.mkv",
        "plain/index-first.mov",
        "plain/index-last.mov",
        "chunked/index-last.mov",
    ],
)
def test_long_sources(audio: Audio, path: str) -> None:
    task = RecordingTask()
    outcome = audio.run(path, "mp3", task)
    assert truth.seconds(audio.result(outcome)) == pytest.approx(12, abs=0.1)
    assert outcome["input"]["duration"] == pytest.approx(12, abs=0.1)
    assert outcome["input"]["size"] > 2_000_000
    assert len(audio.web.log) == len([r for r in audio.web.log if r.method == "GET"])


def test_long_source_without_a_length_of_its_own(audio: Audio) -> None:
    outcome = audio.run("chunked/long.mp3", "wav")
    assert truth.seconds(audio.result(outcome)) == pytest.approx(45, abs=0.1)


def test_progress(audio: Audio) -> None:
    for path in ("plain/long.mkv", "plain/index-last.mov", "plain/vorbis.mkv"):
        task = RecordingTask()
        audio.run(path, "ogg", task)
        values = [value for value, _ in task.reports]
        assert values == sorted(values)
        assert max(values) <= 99
        assert task.steps() == ["downloading", "analyzing", "extracting", "finalizing"]
        assert task.facts["input"]["duration"] > 2


def test_input_facts(audio: Audio, media: Path) -> None:
    outcome = audio.run("plain/opus.webm?signature=secret", "mp3", filename="Mine")
    size = (media / "opus.webm").stat().st_size
    assert outcome["input"] == {"name": "opus.webm", "size": size, "duration": 3.01, "format": "webm"}
    assert outcome["output"]["filename"] == "Mine.mp3"
    assert audio.run("plain/opus.webm", "mp3", filename="Mine.MP3")["output"]["filename"] == "Mine.MP3"
