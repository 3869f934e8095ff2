"""Sources that lie in S3: moto where S3 behaves, a stand-in where it does not."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from chalicelib import aws
from chalicelib.audio import objects
from chalicelib.audio.upload import impatient
from chalicelib.errors import JobCancelled, JobError, OutboundError
from chalicelib.outbound import SourceTooLarge
from chalicelib.settings import settings
from tests.audio.conftest import BUCKET, Audio, RecordingTask
from tests.audio.media import seconds
from tests.stand_ins.s3 import S3

PART = 1000
UPLOAD = "upload:upload_" + "0" * 52


@pytest.fixture(autouse=True)
def _allowed(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("BATCHREEL_SOURCE_BUCKETS", "videos,shared/in")
    settings.cache_clear()


@pytest.fixture
def videos(environment: pytest.MonkeyPatch) -> Iterator[Callable[[str, bytes], str]]:
    """Puts an object into the bucket `videos`, and answers its URL."""

    def put(key: str, content: bytes) -> str:
        aws.s3().put_object(Bucket="videos", Key=key, Body=content)
        return f"s3://videos/{key}"

    with mock_aws():
        aws.s3().create_bucket(Bucket="videos")
        yield put


@pytest.fixture
def broken(environment: pytest.MonkeyPatch) -> Iterator[S3]:
    with S3(random.Random(4).randbytes(10 * PART)) as server:
        environment.setenv("AWS_ENDPOINT_URL", server.base)
        aws.forget()
        impatient(aws.s3())  # making a client takes time that the tests would measure
        yield server
    aws.forget()


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "PART_BYTES", PART)


def read(url: str, tick: Callable[[], None] = lambda: None, seconds: float = 60) -> bytes:
    with objects.open_object(url, time.monotonic() + seconds, tick) as stream:
        content = b"".join(stream.chunks())
        assert stream.received == stream.length == len(content)
    return content


def failure_of(url: str) -> JobError:
    with pytest.raises(JobError) as caught:
        read(url)
    return caught.value


# ---------------------------------------------------------------- whole


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 4 * PART, 5 * PART, 13 * PART + 7])
@pytest.mark.usefixtures("small_parts")
def test_every_byte_arrives_once_and_in_order(videos: Callable[[str, bytes], str], size: int) -> None:
    content = random.Random(size).randbytes(size)
    assert read(videos("a", content)) == content


def test_a_large_object_is_read_in_its_real_parts(broken: S3) -> None:
    broken.content = random.Random(1).randbytes(5 * objects.PART_BYTES + 12345)
    broken.cuts = 2
    assert read("s3://videos/large") == broken.content
    assert len(broken.calls) == 1 + 6 + 2


@pytest.mark.usefixtures("small_parts")
def test_only_a_few_parts_are_ahead_of_the_reader(broken: S3) -> None:
    with objects.open_object("s3://videos/a", time.monotonic() + 60, lambda: None) as stream:
        chunks = stream.chunks()
        next(chunks)
        deadline = time.monotonic() + 10
        while len(broken.calls) < 1 + objects.AHEAD + 1 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(broken.calls) == 1 + objects.AHEAD + 1
        assert b"".join(chunks) == broken.content[PART:]
    assert sorted(broken.ranges()[1:]) == sorted(f"bytes={n * PART}-{n * PART + PART - 1}" for n in range(10))
    assert {call.headers.get("If-Match") for call in broken.calls[1:]} == {broken.etag}


@pytest.mark.parametrize("key", ["a b/ü?x=1#y%20+.mp4", "deep//er/x", "k" * 1024])
def test_a_key_is_taken_as_it_stands(videos: Callable[[str, bytes], str], key: str) -> None:
    assert read(videos(key, b"content")) == b"content"


# ---------------------------------------------------------------- interrupted


@pytest.mark.usefixtures("small_parts")
def test_what_breaks_off_is_resumed(broken: S3) -> None:
    broken.cuts = 3
    assert read("s3://videos/a") == broken.content
    resumed = [span for span in broken.ranges()[1:] if not span.split("=")[1].split("-")[0].endswith("000")]
    assert resumed


@pytest.mark.usefixtures("small_parts")
def test_what_breaks_off_again_and_again_is_tried_later(broken: S3) -> None:
    broken.cuts = 1000
    failure = failure_of("s3://videos/a")
    assert (failure.code, failure.retryable) == ("DOWNLOAD_FAILED", True)


@pytest.mark.usefixtures("small_parts")
def test_a_busy_s3_is_asked_again(broken: S3) -> None:
    broken.refusals.extend([(503, "SlowDown")])
    assert read("s3://videos/a") == broken.content


@pytest.mark.usefixtures("small_parts")
def test_two_objects_are_never_spliced(videos: Callable[[str, bytes], str]) -> None:
    url = videos("a", b"1" * 20 * PART)
    with objects.open_object(url, time.monotonic() + 60, lambda: None) as stream:
        chunks = stream.chunks()
        assert next(chunks) == b"1" * PART
        videos("a", b"2" * 20 * PART)
        with pytest.raises(JobError) as caught:
            assert set(b"".join(chunks)) == {ord("1")}
    assert (caught.value.code, caught.value.retryable) == ("DOWNLOAD_FAILED", True)
    assert "replaced" in caught.value.message


@pytest.mark.usefixtures("small_parts")
def test_an_object_that_goes_away_is_missed(videos: Callable[[str, bytes], str]) -> None:
    url = videos("a", b"1" * 20 * PART)
    with objects.open_object(url, time.monotonic() + 60, lambda: None) as stream:
        chunks = stream.chunks()
        next(chunks)
        aws.s3().delete_object(Bucket="videos", Key="a")
        with pytest.raises(JobError, match="There is no object at s3://videos/a"):
            list(chunks)


def cancel_after(calls: int) -> Callable[[], None]:
    left = iter(range(calls))

    def tick() -> None:
        if next(left, None) is None:
            raise JobCancelled("stop")

    return tick


def test_a_cancel_is_heard_while_s3_is_silent(broken: S3) -> None:
    broken.silent = True
    started = time.monotonic()
    with pytest.raises(JobCancelled):
        read("s3://videos/a", cancel_after(1))
    assert time.monotonic() - started < 10


def test_a_cancel_is_heard_while_s3_drips(broken: S3) -> None:
    broken.block = 1
    started = time.monotonic()
    with pytest.raises(JobCancelled):
        read("s3://videos/a", cancel_after(2))
    assert time.monotonic() - started < 10


def test_a_silent_s3_counts_as_stalled(broken: S3, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("BATCHREEL_SOURCE_TIMEOUT", "1")
    settings.cache_clear()
    broken.silent = True
    with pytest.raises(OutboundError) as caught:
        read("s3://videos/a")
    assert (caught.value.retryable, caught.value.timed_out) == (True, True)


def test_a_slow_s3_has_not_stalled(broken: S3, environment: pytest.MonkeyPatch) -> None:
    """One part takes longer than the time-out, but something comes all the while."""
    environment.setenv("BATCHREEL_SOURCE_TIMEOUT", "1.5")
    settings.cache_clear()
    broken.content, broken.block = bytes(10 << 16), 1 << 16
    assert read("s3://videos/a") == broken.content


def test_a_slow_s3_has_a_deadline(broken: S3) -> None:
    broken.content, broken.block = bytes(100 << 16), 1 << 16
    with pytest.raises(OutboundError) as caught:
        read("s3://videos/a", seconds=2)
    assert caught.value.timed_out


# ---------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("status", "code", "retryable", "words"),
    [
        (403, "AccessDenied", False, "does not let this service read s3://videos/a, or has no such object"),
        (403, "InvalidObjectState", False, "archived"),
        (404, "NoSuchKey", False, "There is no object at s3://videos/a"),
        (404, "NoSuchBucket", False, "There is no bucket s3://videos"),
        (400, "InvalidRequest", False, "InvalidRequest"),
        (400, "ExpiredToken", True, "ExpiredToken"),
        (503, "SlowDown", True, "SlowDown"),
        (500, "InternalError", True, "InternalError"),
    ],
)
def test_what_s3_refuses_is_explained(
    broken: S3, status: int, code: str, retryable: bool, words: str
) -> None:
    broken.refusals.extend([(status, code)] * 50)
    failure = failure_of("s3://videos/a")
    assert (failure.code, failure.retryable) == ("DOWNLOAD_FAILED", retryable)
    assert words in failure.message


def test_a_closed_port_is_tried_later(broken: S3, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    aws.forget()
    failure = failure_of("s3://videos/a")
    assert (failure.code, failure.retryable) == ("DOWNLOAD_FAILED", True)


def test_an_archived_object_is_told(videos: Callable[[str, bytes], str]) -> None:
    aws.s3().put_object(Bucket="videos", Key="cold", Body=b"x", StorageClass="GLACIER")
    assert "archived" in failure_of("s3://videos/cold").message


def test_an_object_over_the_limit_is_refused_before_it_is_read(
    broken: S3, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("BATCHREEL_SOURCE_MAX_BYTES", str(len(broken.content) - 1))
    settings.cache_clear()
    with pytest.raises(SourceTooLarge):
        read("s3://videos/a")
    assert broken.ranges() == ["bytes=0-0"]


@pytest.mark.parametrize("url", ["s3://other/a", "s3://shared/a", "s3://shared/in/../a", f"s3://{BUCKET}/a"])
def test_a_bucket_that_is_no_longer_allowed_is_not_read(broken: S3, url: str) -> None:
    with pytest.raises(OutboundError):
        read(url)
    assert broken.calls == []


def test_an_upload_that_is_gone_has_expired(videos: Callable[[str, bytes], str]) -> None:
    aws.s3().create_bucket(Bucket=BUCKET)
    failure = failure_of(UPLOAD)
    assert (failure.code, failure.retryable) == ("UPLOAD_EXPIRED", False)


def test_a_failure_of_an_upload_does_not_show_our_bucket(broken: S3) -> None:
    broken.refusals.extend([(403, "AccessDenied")])
    failure = failure_of(UPLOAD)
    assert failure.code == "DOWNLOAD_FAILED"
    assert BUCKET not in failure.message


# ---------------------------------------------------------------- jobs


def put(media: Path, name: str, bucket: str, key: str) -> None:
    if bucket != BUCKET:
        aws.s3().create_bucket(Bucket=bucket)
    aws.s3().upload_file(str(media / name), bucket, key)


@pytest.mark.parametrize(
    ("source", "to"),
    [("long.mkv", "mp3"), ("index-last.mov", "flac"), ("aac.mp4", "aac"), ("mono.wav", "ogg")],
)
def test_a_job_over_an_object_is_as_one_over_the_web(audio: Audio, media: Path, source: str, to: str) -> None:
    put(media, source, "videos", f"in/{source}")
    by_web, by_s3 = audio.run(f"plain/{source}", to), audio.run(f"s3://videos/in/{source}", to)
    assert by_s3["input"] == by_web["input"]
    assert by_s3["mode"] == by_web["mode"]
    assert by_s3["output"] == by_web["output"]


def test_a_job_over_an_upload(audio: Audio, media: Path) -> None:
    put(media, "long.mkv", BUCKET, "uploads/upload_" + "0" * 52)
    outcome = audio.run(f"{UPLOAD}/My%20talk%20%28final%29.mkv", "mp3")
    assert outcome["input"]["name"] == "My talk (final).mkv"
    assert outcome["output"]["filename"] == "My talk (final).mp3"
    assert abs(seconds(audio.result(outcome)) - 12) < 0.2


def test_an_upload_without_a_name_takes_the_jobs(audio: Audio, media: Path) -> None:
    put(media, "mono.wav", BUCKET, "uploads/upload_" + "0" * 52)
    outcome = audio.run(UPLOAD, "mp3")
    assert outcome["output"]["filename"] == f"{RecordingTask.job_id}.mp3"


@pytest.mark.parametrize(
    ("name", "code"),
    [("empty.mp4", "INVALID_VIDEO"), ("page.mp4", "INVALID_VIDEO"), ("silent.mp4", "NO_AUDIO")],
)
def test_a_job_over_what_is_no_sound(audio: Audio, media: Path, name: str, code: str) -> None:
    put(media, name, "videos", name)
    with pytest.raises(JobError) as caught:
        audio.run(f"s3://videos/{name}", "mp3")
    assert (caught.value.code, caught.value.retryable) == (code, False)


@pytest.mark.parametrize("url", ["s3://videos/none", "s3://elsewhere/a"])
def test_a_job_over_nothing(audio: Audio, media: Path, url: str) -> None:
    put(media, "mono.wav", "videos", "mono.wav")
    with pytest.raises(JobError) as caught:
        audio.run(url, "mp3")
    assert (caught.value.code, caught.value.retryable) == ("DOWNLOAD_FAILED", False)


def test_a_job_is_cancelled_while_its_object_feeds_the_encoder(audio: Audio, media: Path) -> None:
    put(media, "long.mkv", "videos", "long.mkv")

    def stop(step: str) -> None:
        if step == "extracting":
            raise JobCancelled("stop")

    with pytest.raises(JobCancelled):
        audio.run("s3://videos/long.mkv", "mp3", RecordingTask(on_report=stop))
