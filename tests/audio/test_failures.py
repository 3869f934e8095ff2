"""How jobs end badly: the right code, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from chalicelib.audio import failures, outlook
from chalicelib.errors import JobCancelled, JobError, LeaseLost, ServiceUnavailable
from chalicelib.settings import settings
from tests.audio.conftest import Audio, RecordingTask
from tests.audio.encrypted_webm import encrypted_webm


def failure(
    audio: Audio, path: str, to: str = "mp3", task: RecordingTask | None = None, *, normalize: bool = False
) -> JobError:
    with pytest.raises(JobError) as caught:
        audio.run(path, to, task, normalize=normalize)
    message = caught.value.message
    assert message.endswith(".")
    for leak in ("/tmp", "batchreel-audio", "secret", "Traceback", "pipe:"):
        assert leak not in message
    return caught.value


def children() -> list[int]:
    """The ffmpeg processes of ours that still run."""
    done = subprocess.run(["pgrep", "-P", str(os.getpid()), "ffmpeg"], capture_output=True, text=True)
    return [int(pid) for pid in done.stdout.split()]


@pytest.mark.parametrize(
    ("path", "code", "retryable"),
    [
        ("plain/no-such-file.mp4?token=secret", "DOWNLOAD_FAILED", False),
        ("status/403", "DOWNLOAD_FAILED", False),
        ("status/410", "DOWNLOAD_FAILED", False),
        ("status/429", "DOWNLOAD_FAILED", True),
        ("status/500", "DOWNLOAD_FAILED", True),
        ("status/503", "DOWNLOAD_FAILED", True),
        ("redirect?to=http://169.254.169.254/", "DOWNLOAD_FAILED", False),
        ("http://no-such-host.invalid/a.mp4", "DOWNLOAD_FAILED", True),
        ("http://10.0.0.1/a.mp4", "DOWNLOAD_FAILED", False),
        ("truncated/aac.mp4", "DOWNLOAD_FAILED", True),
        ("truncated/long.mkv", "DOWNLOAD_FAILED", True),  # while ffmpeg reads it
        ("truncated/index-last.mov", "DOWNLOAD_FAILED", True),
        ("truncated/long.mp3", "DOWNLOAD_FAILED", True),
        ("plain/silent.mp4", "NO_AUDIO", False),
        ("plain/noise.mp4", "INVALID_VIDEO", False),
        ("plain/empty.mp4", "INVALID_VIDEO", False),
        ("plain/page.mp4", "INVALID_VIDEO", False),
        ("plain/half.mov", "INVALID_VIDEO", False),
        ("plain/half.flac", "INVALID_VIDEO", False),
        ("plain/encrypted.mp4", "INVALID_VIDEO", False),
    ],
)
def test_typed_failure(audio: Audio, path: str, code: str, retryable: bool) -> None:
    for to in ("mp3", "flac"):
        error = failure(audio, path, to)
        assert (error.code, error.retryable) == (code, retryable)


def test_a_page_and_drm_are_named(audio: Audio) -> None:
    assert "page" in failure(audio, "plain/page.mp4").message
    assert "encrypted" in failure(audio, "plain/encrypted.mp4", "aac").message
    gone = "The source answered 404 Not Found. Give a URL that anyone can fetch the file from."
    assert failure(audio, "status/404").message == gone
    assert failure(audio, "status/503").message.endswith("503 Service Unavailable. Send the job again later.")


@pytest.mark.parametrize("path", ["plain/long.mkv", "chunked/long.mkv", "chunked/index-last.mov"])
def test_too_large(audio: Audio, environment: pytest.MonkeyPatch, path: str) -> None:
    environment.setenv("BATCHREEL_SOURCE_MAX_BYTES", "2000000")
    settings.cache_clear()
    error = failure(audio, path)
    assert (error.code, error.retryable) == ("TOO_LARGE", False)


def test_result_too_large(audio: Audio, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("BATCHREEL_SOURCE_MAX_BYTES", "400000")
    settings.cache_clear()
    error = failure(audio, "plain/surround.mkv", "wav")
    assert (error.code, error.retryable) == ("TOO_LARGE", False)


@pytest.mark.parametrize("path", ["stall/long.mkv", "stall/index-last.mov"])
def test_stalled_source(audio: Audio, environment: pytest.MonkeyPatch, path: str) -> None:
    environment.setenv("BATCHREEL_SOURCE_TIMEOUT", "0.5")
    settings.cache_clear()
    error = failure(audio, path)
    assert (error.code, error.retryable) == ("DOWNLOAD_FAILED", True)


@pytest.mark.parametrize("path", ["stall/long.mkv", "stall/index-last.mov", "plain/aac.mp4"])
def test_out_of_time(audio: Audio, path: str) -> None:
    seconds = 20.0 if path.startswith("plain") else 20.7  # 20 are kept back
    assert failure(audio, path, task=RecordingTask(seconds)).code == "TIMEOUT"
    assert not children()


@pytest.mark.parametrize("error", [JobCancelled("cancelled"), LeaseLost("lost")])
@pytest.mark.parametrize(
    ("path", "step"),
    [
        ("plain/long.wav", "downloading"),
        ("stall/index-last.mov", "downloading"),
        ("plain/long.wav", "analyzing"),
        ("plain/long.wav", "extracting"),
        ("stall/long.mkv", "extracting"),
        ("plain/long.wav", "finalizing"),
    ],
)
def test_stop(audio: Audio, path: str, step: str, error: Exception) -> None:
    """A stalled source waits 30 s for more: only the report can end it so soon."""

    def stop(at: str) -> None:
        if at == step:
            raise error

    with pytest.raises(type(error)):
        audio.run(path, "mp3", RecordingTask(on_report=stop))
    assert not children()


def test_killed_encoder(audio: Audio) -> None:
    """As the kernel does when memory runs out."""

    def kill(step: str) -> None:
        if step == "extracting":
            for pid in children():
                os.kill(pid, signal.SIGKILL)

    error = failure(audio, "stall/long.mkv", task=RecordingTask(on_report=kill))
    assert (error.code, error.retryable) == ("EXTRACTION_FAILED", True)


def test_storage_out_of_reach(audio: Audio, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("BATCHREEL_BUCKET", "no-such-bucket")
    settings.cache_clear()
    with pytest.raises(ServiceUnavailable):
        audio.run("plain/aac.mp4", "mp3")


@pytest.mark.parametrize(
    ("returncode", "text", "code", "retryable"),
    [
        (
            1,
            "[out#0] [error] av_interleaved_write_frame(): No space left on device",
            "EXTRACTION_FAILED",
            True,
        ),
        (-9, "", "EXTRACTION_FAILED", True),
        (-24, "", "TIMEOUT", True),
        (255, "[error] Error while opening decoder: Operation not permitted", "INVALID_VIDEO", False),
        (255, "[error] Error during demuxing: Immediate exit requested", "TIMEOUT", True),
        (244, "[fatal] Error opening input files: Cannot allocate memory", "EXTRACTION_FAILED", False),
        (
            245,
            "[error] pthread_create() failed: Resource temporarily",
            "EXTRACTION_FAILED",
            False,
        ),
        (187, "[error] Number of streams exceeds max_streams parameter (100)", "INVALID_VIDEO", False),
        (244, "[error] Error encoding a frame: Cannot allocate memory", "INVALID_VIDEO", False),
        (-11, "", "EXTRACTION_FAILED", False),
        (-25, "", "TOO_LARGE", False),
        (69, "[error] Decode error rate 0.99 exceeds maximum 0.66", "INVALID_VIDEO", False),
        (234, "[error] Stream map '0:1' matches no streams.", "NO_AUDIO", False),
        (1, "[error] something new in /tmp/batchreel-audio-x/source", "EXTRACTION_FAILED", False),
    ],
)
def test_what_ffmpeg_says(returncode: int, text: str, code: str, retryable: bool) -> None:
    error = failures.from_ffmpeg(returncode, text)
    assert (error.code, error.retryable) == (code, retryable)
    assert "/tmp" not in error.message


def test_encrypted_webm_is_told_from_damage(audio: Audio, media: Path) -> None:
    """Its codec is told as if it were not encrypted, and noise decodes to noise."""
    (media / "encrypted.webm").write_bytes(encrypted_webm())
    for to in ("mp3", "opus"):
        assert failure(audio, "plain/encrypted.webm", to).message.startswith("The source is encrypted")


def test_a_source_too_slow_to_be_here_in_time_is_seen_early(
    audio: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that has to be fetched whole first; no source is quick enough for no time."""
    monkeypatch.setattr(outlook, "MEASURED_SECONDS", 0.0)
    monkeypatch.setattr(outlook, "MARGIN", 0.0)
    error = failure(audio, "plain/index-last.mov")
    assert (error.code, error.retryable) == ("DOWNLOAD_FAILED", True)
    assert error.message.startswith("The source arrives too slowly: it would take about")
