"""Results that are copied into the caller's own bucket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.audio.destination import copy_to
from chalicelib.audio.progress import Progress
from chalicelib.errors import JobCancelled, JobError
from chalicelib.settings import settings
from tests.audio.conftest import BUCKET, Audio, RecordingTask
from tests.stand_ins.s3 import S3


@pytest.fixture(autouse=True)
def _allowed(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("BATCHREEL_DESTINATION_BUCKETS", "theirs,shared/out")
    settings.cache_clear()


@pytest.fixture
def theirs(audio: Audio) -> Audio:
    for bucket in ("theirs", "shared"):
        aws.s3().create_bucket(Bucket=bucket)
    return audio


@pytest.fixture
def broken(environment: pytest.MonkeyPatch) -> Iterator[S3]:
    with S3() as server:
        environment.setenv("AWS_ENDPOINT_URL", server.base)
        aws.forget()
        yield server
    aws.forget()


def content(bucket: str, key: str) -> bytes:
    return aws.s3().get_object(Bucket=bucket, Key=key)["Body"].read()


@pytest.mark.parametrize(
    ("destination", "filename", "key"),
    [
        ("s3://theirs", None, "mono.mp3"),
        ("s3://theirs/", None, "mono.mp3"),
        ("s3://theirs/a b/ü/", "Käse 100%", "a b/ü/Käse 100%.mp3"),
        ("s3://theirs/exactly/here", "another", "exactly/here"),
    ],
)
def test_a_copy_lies_where_it_was_asked_for(
    theirs: Audio, destination: str, filename: str | None, key: str
) -> None:
    outcome = theirs.run("plain/mono.wav", "mp3", destination=destination, filename=filename)
    output: Any = outcome["output"]
    assert output["destination"] == f"s3://theirs/{key}"
    assert content("theirs", key) == content(BUCKET, output["key"])
    assert aws.s3().head_object(Bucket="theirs", Key=key)["ContentType"] == "audio/mpeg"


def test_a_job_without_a_destination_has_no_copy(theirs: Audio) -> None:
    assert "destination" not in theirs.run("plain/mono.wav", "mp3")["output"]


def test_another_try_leaves_the_same_behind(theirs: Audio) -> None:
    outcomes = [theirs.run("plain/mono.wav", "flac", destination="s3://shared/out/") for _ in range(2)]
    assert outcomes[0]["output"] == outcomes[1]["output"]
    listed = aws.s3().list_objects_v2(Bucket="shared")["Contents"]
    assert [each["Key"] for each in listed] == ["out/mono.flac"]


def test_a_cancel_is_heard_before_the_copy(theirs: Audio) -> None:
    def stop(step: str) -> None:
        if step == "finalizing":
            raise JobCancelled("stop")

    with pytest.raises(JobCancelled):
        theirs.run("plain/mono.wav", "mp3", RecordingTask(on_report=stop), destination="s3://theirs/")
    assert aws.s3().list_objects_v2(Bucket="theirs")["KeyCount"] == 0


@pytest.mark.parametrize(
    "destination", ["s3://other/", "s3://shared/", "s3://shared/out/../in/", f"s3://{BUCKET}/"]
)
def test_a_bucket_that_is_no_longer_allowed_fails_the_job(theirs: Audio, destination: str) -> None:
    with pytest.raises(JobError) as caught:
        theirs.run("plain/mono.wav", "mp3", destination=destination)
    assert (caught.value.code, caught.value.retryable) == ("DESTINATION_FAILED", False)


def test_a_key_that_its_name_makes_too_long(theirs: Audio) -> None:
    with pytest.raises(JobError) as caught:
        theirs.run("plain/mono.wav", "mp3", destination="s3://theirs/" + "k" * 1016 + "/")
    assert (caught.value.code, caught.value.retryable) == ("DESTINATION_FAILED", False)
    assert "1024 bytes" in caught.value.message


def test_a_bucket_that_does_not_exist(audio: Audio) -> None:
    with pytest.raises(JobError) as caught:
        audio.run("plain/mono.wav", "mp3", destination="s3://theirs/")
    assert (caught.value.code, caught.value.retryable) == ("DESTINATION_FAILED", False)
    assert "no bucket s3://theirs" in caught.value.message


@pytest.mark.parametrize(
    ("status", "code", "retryable", "words"),
    [
        (403, "AccessDenied", False, "allow its role s3:PutObject"),
        (400, "KMS.DisabledException", False, "KMS.DisabledException"),
        (503, "SlowDown", True, "SlowDown"),
        (500, "InternalError", True, "InternalError"),
    ],
)
def test_what_s3_refuses_is_explained(
    broken: S3, media: Path, status: int, code: str, retryable: bool, words: str
) -> None:
    broken.refusals.extend([(status, code)] * 20)
    with pytest.raises(JobError) as caught:
        copy_to("s3://theirs/", media / "mono.wav", "mono.wav", "audio/wav", Progress(RecordingTask()))
    assert (caught.value.code, caught.value.retryable) == ("DESTINATION_FAILED", retryable)
    assert words in caught.value.message


def test_a_busy_s3_is_asked_again(broken: S3, media: Path) -> None:
    broken.refusals.append((503, "SlowDown"))
    place = copy_to("s3://theirs/", media / "mono.wav", "a.wav", "audio/wav", Progress(RecordingTask()))
    assert place == "s3://theirs/a.wav"
    assert [call.method for call in broken.calls] == ["PUT", "PUT"]


def test_a_closed_port_is_tried_later(broken: S3, media: Path, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    aws.forget()
    with pytest.raises(JobError) as caught:
        copy_to("s3://theirs/", media / "mono.wav", "a.wav", "audio/wav", Progress(RecordingTask()))
    assert (caught.value.code, caught.value.retryable) == ("DESTINATION_FAILED", True)
