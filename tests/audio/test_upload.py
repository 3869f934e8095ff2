"""How many requests a result takes on its way to S3."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from chalicelib import aws
from chalicelib.audio import upload
from chalicelib.audio.progress import Progress
from chalicelib.settings import settings
from tests.audio.conftest import RecordingTask

MB = 1 << 20


@pytest.fixture
def requests(environment: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The operations that S3 sees."""
    seen: list[str] = []
    with mock_aws():
        aws.s3().create_bucket(Bucket=settings().bucket)
        events = upload.impatient(aws.s3()).meta.events

        def note(model: object, **_: object) -> None:
            seen.append(str(getattr(model, "name", "")))

        events.register("before-call.s3", note)
        yield seen
        events.unregister("before-call.s3", note)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (9 * MB, {"PutObject": 1}),
        (upload.ONE_REQUEST_BYTES - 1, {"PutObject": 1}),
        (
            upload.ONE_REQUEST_BYTES,
            {"CreateMultipartUpload": 1, "UploadPart": 4, "CompleteMultipartUpload": 1},
        ),
    ],
)
def test_a_result_is_stored_in_as_few_requests_as_it_can_be(
    requests: list[str], tmp_path: Path, size: int, expected: dict[str, int]
) -> None:
    file = tmp_path / "result"
    with file.open("wb") as sparse:
        sparse.truncate(size)
    task = RecordingTask()
    upload.upload(file, "results/a", "audio/wav", Progress(task))
    assert {name: requests.count(name) for name in requests} == expected
    assert aws.s3().head_object(Bucket=settings().bucket, Key="results/a")["ContentLength"] == size
