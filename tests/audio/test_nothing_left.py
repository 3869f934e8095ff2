"""Whatever a source is and however its job ends, nothing of it stays in the temporary folder."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chalicelib import aws
from chalicelib.errors import JobCancelled, ServiceUnavailable
from chalicelib.settings import settings
from tests.audio.conftest import BUCKET, Audio, RecordingTask
from tests.stand_ins.pages import Pages, page, video

UPLOAD = "upload_" + "0" * 52
SOURCES = {
    "fed to the encoder": "plain/long.mkv",
    "by way of a file": "chunked/index-last.mov",
    "with a cover": "plain/cover.mp3",
    "object": "s3://videos/aac.mp4",
    "upload": f"upload:{UPLOAD}/aac.mp4",
    "page": "",
}


@pytest.fixture(params=SOURCES)
def source(
    request: pytest.FixtureRequest, audio: Audio, media: Path, environment: pytest.MonkeyPatch
) -> Iterator[str]:
    environment.setenv("BATCHREEL_SOURCE_BUCKETS", "videos")
    settings.cache_clear()
    data = (media / "aac.mp4").read_bytes()
    aws.s3().create_bucket(Bucket="videos")
    aws.s3().put_object(Bucket="videos", Key="aac.mp4", Body=data)
    aws.s3().put_object(Bucket=BUCKET, Key=f"uploads/{UPLOAD}", Body=data)
    with Pages() as site:
        site.files["/aac.mp4"] = data
        yield SOURCES[request.param] or site.show("/watch", page(video("/aac.mp4")))


def left() -> list[Path]:
    return list(Path(tempfile.gettempdir()).iterdir())


def looking(seen: list[Path], step: str, error: Exception | None = None) -> Callable[[str], None]:
    """Notes what is there when a job comes to `step`, and may end it."""

    def report(at: str) -> None:
        if at == step:
            seen.extend(left())
            if error:
                raise error

    return report


def test_by_one_that_succeeds(audio: Audio, source: str) -> None:
    seen: list[Path] = []
    audio.run(source, "mp3", RecordingTask(on_report=looking(seen, "finalizing")), preserve_metadata=True)
    assert seen
    assert left() == []


def test_by_one_that_fails_at_its_end(audio: Audio, source: str, environment: pytest.MonkeyPatch) -> None:
    def no_bucket(step: str) -> None:
        if step == "finalizing":
            environment.setenv("BATCHREEL_BUCKET", "no-such-bucket")
            settings.cache_clear()

    with pytest.raises(ServiceUnavailable):
        audio.run(source, "mp3", RecordingTask(on_report=no_bucket))
    assert left() == []


@pytest.mark.parametrize("step", ["analyzing", "extracting", "finalizing"])
def test_by_one_that_is_cancelled(audio: Audio, source: str, step: str) -> None:
    seen: list[Path] = []
    with pytest.raises(JobCancelled):
        audio.run(source, "mp3", RecordingTask(on_report=looking(seen, step, JobCancelled("stop"))))
    assert seen
    assert left() == []
