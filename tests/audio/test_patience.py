"""Hosts and services that do not let go of a worker."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.audio import child, upload
from chalicelib.audio.limits import Limits
from chalicelib.audio.progress import Progress
from chalicelib.errors import JobCancelled, JobError
from tests.audio.conftest import Audio, RecordingTask


@pytest.fixture
def silent_s3(environment: pytest.MonkeyPatch) -> Iterator[None]:
    """Takes connections and everything sent over them, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        environment.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.getsockname()[1]}")
        aws.forget()
        yield
    aws.forget()


def test_upload_while_s3_is_silent(silent_s3: None, media: Path) -> None:
    def stop(_: str) -> None:
        raise JobCancelled("stop")

    done = threading.Event()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            upload.upload(media / "mono.wav", "key", "audio/wav", Progress(RecordingTask(on_report=stop)))
        except JobCancelled as error:
            failures.append(error)
        done.set()

    threading.Thread(target=work, daemon=True).start()
    assert done.wait(5)
    assert failures


def test_upload_gives_up_on_s3_soon(silent_s3: None) -> None:
    usual: Any = aws.s3().meta.config
    impatient: Any = upload.impatient(aws.s3()).meta.config
    assert impatient.read_timeout < usual.read_timeout
    assert impatient.retries["total_max_attempts"] <= 2
    assert impatient.s3 == usual.s3


def test_feed_that_does_not_hear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_FEEDER_SECONDS", 0.1)
    deaf, left = threading.Event(), threading.Event()

    def work() -> None:
        with child.Child(["sleep", "60"], lambda *_: void(deaf.wait(60)), {}, Limits(), child.Tail(1)):
            pass
        left.set()

    threading.Thread(target=work, daemon=True).start()
    try:
        assert left.wait(10)
    finally:
        deaf.set()


def void(_: object) -> None:
    pass


def test_cancel_while_the_head_drips_in(audio: Audio) -> None:
    """The host never pauses for a second, so that waiting alone would never report."""
    reports: list[str] = []

    def stop(step: str) -> None:
        reports.append(step)
        if len(reports) == 5:
            raise JobCancelled("stop")

    with pytest.raises(JobCancelled):
        audio.run("drip/mono.wav", "mp3", RecordingTask(on_report=stop))
    assert set(reports) == {"downloading"}


@pytest.mark.parametrize("path", ["endless/long.mkv", "trailers/long.mkv", "trailers/index-last.mov"])
def test_host_that_never_stops(audio: Audio, path: str) -> None:
    with pytest.raises(JobError) as caught:
        audio.run(path, "mp3")
    assert (caught.value.code, caught.value.retryable) == ("DOWNLOAD_FAILED", True)


@pytest.mark.parametrize("header", ["Content-Encoding=gzip", "Transfer-Encoding=gzip,%20chunked"])
def test_compression_nobody_asked_for(audio: Audio, header: str) -> None:
    with pytest.raises(JobError) as caught:
        audio.run(f"encoded/aac.mp4?{header}", "mp3")
    assert (caught.value.code, caught.value.retryable) == ("DOWNLOAD_FAILED", False)
    assert "gzip" in caught.value.message
