"""How ffmpeg is started, by each kind of job: read by an ffmpeg that writes it down."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from chalicelib.audio import ffmpeg
from chalicelib.audio.request import AudioRequest
from chalicelib.audio.speech import speech_track
from chalicelib.audio.subtitles import subtitles
from chalicelib.errors import JobError
from chalicelib.settings import settings
from tests.audio import pictured
from tests.audio.conftest import Audio, RecordingTask
from tests.media.programs import Recorder, Started
from tests.stand_ins.web import WebServer

FENCE = {
    "-protocol_whitelist": {"file,pipe"},
    "-format_whitelist": {ffmpeg.CONTAINERS},
    "-codec_whitelist": {ffmpeg.DECODERS, f"{ffmpeg.DECODERS},{ffmpeg.SUBTITLE_DECODERS}"},
    "-max_streams": {"100"},
}
OURS = {"additions": "ffmetadata", "cover.jpg": "image2"}
"""Files that we have written ourselves, so that their format is known."""
JOBS: list[dict[str, Any]] = [
    {"path": "plain/faststart.mp4", "to": "aac"},
    {"path": "plain/vorbis.mkv", "to": "ogg", "preserve_metadata": True},
    {"path": "plain/faststart.mp4", "to": "mp3", "quality": "high", "filename": "-y", "bitrate": 128_000},
    {"path": "plain/aac.ts", "to": "wav"},
    {"path": "chunked/float.wav", "to": "opus"},
    {"path": "plain/s16.wav", "to": "flac", "normalize": True, "target_lufs": -20.0},
    {"path": "plain/three-tracks.mkv", "to": "mp3", "track": "fra", "start": 0.1, "end": 0.9},
    {"path": "plain/vbr.mp3", "to": "aac", "sample_rate": 24_000, "channels": 1},
    {"path": "plain/surround.mp4", "to": "flac", "track": 0, "channels": 2},
]


@pytest.fixture
def recorder(tmp_path: Path, environment: pytest.MonkeyPatch) -> Iterator[Recorder]:
    made = Recorder(tmp_path)
    environment.setenv("FFMPEG_PATH", str(made.path))
    settings.cache_clear()
    ffmpeg._find.cache_clear()
    yield made
    ffmpeg._find.cache_clear()


def assert_fenced(one: Started) -> None:
    arguments = one.arguments
    assert not [part for part in arguments if "://" in part]
    inputs = [at for at, part in enumerate(arguments) if part == "-i"]
    assert inputs
    for begin, end in zip([0, *inputs], inputs, strict=False):
        own, source = arguments[begin:end], arguments[end + 1]
        if source.rpartition("/")[2] in OURS:
            assert own[own.index("-protocol_whitelist") + 1] == "file"
            assert own[own.index("-f") + 1] == OURS[source.rpartition("/")[2]]
            continue
        for option, allowed in FENCE.items():
            assert own[own.index(option) + 1] in allowed
        assert source == "pipe:0" or source.startswith("file:/")
        assert source == "pipe:0" or "-nostdin" in arguments
    assert arguments[arguments.index("-max_alloc") + 1] == str(512 << 20)


def assert_confined(one: Started) -> None:
    assert one.environment == ffmpeg.ENVIRONMENT
    assert (one.group, one.session) == (one.pid, os.getsid(0))
    cores = os.cpu_count() or 1
    soft, hard = one.limits.pop("CPU")
    assert soft <= 900 * cores
    assert hard == soft + 5
    size = one.limits.pop("FSIZE")
    if writes(one):
        assert size[0] == size[1]
        assert 0 < size[1] <= settings().source_max_bytes
    memory = (1 << 30) + (32 << 20) * cores
    assert one.limits == {"DATA": [memory, memory], "NOFILE": [64, 64], "CORE": [0, 0]}


def writes(one: Started) -> bool:
    return one.arguments[-1].startswith("file:") and one.arguments[-2] != "-i"


def assert_all(recorder: Recorder, least: int) -> list[Started]:
    started = recorder.started()
    assert len(started) >= least
    for one in started:
        assert_fenced(one)
        assert_confined(one)
    return started


@pytest.mark.parametrize("job", JOBS, ids=lambda job: f"{job['path']}-{job['to']}")
def test_an_audio_job(audio: Audio, recorder: Recorder, job: dict[str, Any]) -> None:
    audio.run(**job)
    assert any(map(writes, assert_all(recorder, least=3)))


def test_a_job_that_keeps_cover_and_chapters(audio: Audio, recorder: Recorder, tmp_path: Path) -> None:
    (tmp_path / "served").mkdir()
    pictured.make_pictured(tmp_path / "served")
    with WebServer(tmp_path / "served") as server:
        Audio(server, tmp_path).run("plain/pictured.mp3", "mp3", preserve_metadata=True)
    inputs = {part.rpartition("/")[2] for one in assert_all(recorder, least=5) for part in one.arguments}
    assert inputs >= OURS.keys()


def test_every_wish_is_among_the_jobs() -> None:
    wishes = {field.name for field in fields(AudioRequest)} - {"url", "format", "destination"}
    assert wishes <= {name for job in JOBS for name in job}


@pytest.mark.parametrize("name", ["noise.mp4", "half-vorbis.mkv", "many-tracks.mka", "odd-codec.mp4"])
def test_a_job_that_fails(audio: Audio, recorder: Recorder, name: str) -> None:
    with pytest.raises(JobError):
        audio.run(f"plain/{name}", "mp3", normalize=True)
    assert_all(recorder, least=1)


def test_what_text_jobs_borrow(audio: Audio, recorder: Recorder) -> None:
    with speech_track(audio.web.url("plain/aac.flv"), RecordingTask(), lambda _: None):
        assert any(map(writes, assert_all(recorder, least=3)))
    before = len(recorder.started())
    found = subtitles(audio.web.url("plain/subtitled.mkv"), RecordingTask(), lambda streams: streams[0])
    assert b"A lamp" in found.data
    assert len(assert_all(recorder, least=before + 2)) > before


def test_time_left_bounds_the_processor(audio: Audio, recorder: Recorder) -> None:
    audio.run("plain/faststart.mp4", "mp3", RecordingTask(seconds=60))
    [encoder] = filter(writes, recorder.started())
    assert encoder.limits["CPU"][0] <= 40 * (os.cpu_count() or 1)  # 20 seconds are kept back
