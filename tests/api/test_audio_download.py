from __future__ import annotations

import pytest

from chalicelib import aws
from chalicelib.batches import items
from chalicelib.settings import settings
from tests.api.conftest import Api
from tests.api.jobs import BYTES, completed, extract_body, failed, started, waiting_for_its_next_attempt


@pytest.fixture
def job_id(api: Api) -> str:
    found: str = api.post("/v1/extract", extract_body()).json["data"]["jobId"]
    return found


def test_the_bytes_come_inline_with_their_headers(api: Api, job_id: str) -> None:
    completed(job_id, "Käse \u65e5.mp3")
    answer = api.get(f"/audio-extract/v1/download/{job_id}")
    assert (answer.status, answer.body) == (200, BYTES)
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"K_se _.mp3\"; filename*=UTF-8''K%C3%A4se%20%E6%97%A5.mp3"
    )
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(("format", "content_type"), [("m4a", "audio/mp4"), ("waveform", "application/json")])
def test_content_types_of_the_additions(api: Api, job_id: str, format: str, content_type: str) -> None:  # noqa: A002
    completed(job_id, f"video.{format}", format=format)
    answer = api.get(f"/v1/download/{job_id}")
    assert (answer.headers["content-type"], answer.body) == (content_type, BYTES)


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "audio/mpeg"])
def test_any_accept_header_gets_the_bytes(api: Api, job_id: str, accept: str | None) -> None:
    completed(job_id)
    headers = {"accept": accept} if accept else {}
    assert api.get(f"/v1/download/{job_id}", **headers).body == BYTES


def test_head_is_answered_by_s3_with_a_link_of_its_own(api: Api, job_id: str) -> None:
    """API Gateway would count the empty body of a HEAD, and S3 signs the method."""
    completed(job_id)
    answer = api("HEAD", f"/v1/download/{job_id}")
    assert (answer.status, answer.body) == (302, b"")
    get = api.get(f"/v1/status/{job_id}").json["data"]["outputFile"]["url"]
    assert "X-Amz-Signature=" in answer.headers["location"]
    assert answer.headers["location"].split("Signature=")[1] != get.split("Signature=")[1]


@pytest.mark.parametrize(
    ("asked", "status", "body", "told"),
    [
        ("bytes=0-3", 206, BYTES[:4], "bytes 0-3/1024"),
        ("bytes=1000-", 206, BYTES[1000:], "bytes 1000-1023/1024"),
        ("bytes=-24", 206, BYTES[-24:], "bytes 1000-1023/1024"),
        ("bytes=0-99999", 206, BYTES, "bytes 0-1023/1024"),
        ("bytes=-99999", 206, BYTES, "bytes 0-1023/1024"),
        ("bytes=5-2", 200, BYTES, None),
        ("bytes=0-1,5-6", 200, BYTES, None),
        ("bytes=-", 200, BYTES, None),
        ("lines=0-3", 200, BYTES, None),
        ("bytes=0-" + "9" * 5000, 200, BYTES, None),
    ],
)
def test_ranges(api: Api, job_id: str, asked: str, status: int, body: bytes, told: str | None) -> None:
    completed(job_id)
    answer = api.get(f"/v1/download/{job_id}", range=asked)
    assert (answer.status, answer.body) == (status, body)
    assert answer.headers.get("content-range") == told


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=-0", "bytes=99999-"])
def test_a_range_beyond_the_end_is_refused_in_the_envelope(api: Api, job_id: str, asked: str) -> None:
    completed(job_id)
    answer = api.get(f"/v1/download/{job_id}", range=asked)
    assert (answer.status, answer.error["code"]) == (416, "INVALID_REQUEST")
    assert answer.headers["content-range"] == "bytes */1024"


def test_a_range_under_a_condition_gets_the_whole(api: Api, job_id: str) -> None:
    completed(job_id)
    headers = {"range": "bytes=0-3", "if-range": '"an-etag"'}
    assert api("GET", f"/v1/download/{job_id}", headers=headers).body == BYTES


def test_what_does_not_fit_into_an_answer_is_a_link(
    api: Api, job_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATCHREEL_INLINE_DOWNLOAD_BYTES", "1000")
    settings.cache_clear()
    completed(job_id, "song.mp3")
    answer = api.get(f"/v1/download/{job_id}")
    assert (answer.status, answer.body) == (302, b"")
    assert "X-Amz-Signature=" in answer.headers["location"]
    assert "response-content-disposition=attachment" in answer.headers["location"]


def test_too_early(api: Api, job_id: str) -> None:
    for bring in (lambda: None, lambda: waiting_for_its_next_attempt(job_id), lambda: started(job_id)):
        bring()
        answer = api.get(f"/v1/download/{job_id}")
        assert (answer.status, answer.error["code"]) == (202, "JOB_NOT_COMPLETED")


@pytest.mark.parametrize(
    ("code", "status"), [("INVALID_VIDEO", 400), ("EXTRACTION_FAILED", 422), ("DOWNLOAD_FAILED", 422)]
)
def test_a_failed_job_answers_its_error(api: Api, job_id: str, code: str, status: int) -> None:
    failed(job_id, code)
    answer = api.get(f"/v1/download/{job_id}")
    assert answer.status == status
    assert answer.error == {"code": code, "message": "It went wrong", "details": "line 3"}


def test_the_recorded_expiry_counts_whatever_s3_still_holds(api: Api, job_id: str) -> None:
    job = completed(job_id)
    aws.dynamodb().update_item(
        TableName=settings().batches_table,
        Key=items.key(job.token, job.index),
        UpdateExpression="SET expires_at = :past",
        ExpressionAttributeValues={":past": {"N": "1"}},
    )
    answer = api.get(f"/v1/download/{job_id}")
    assert (answer.status, answer.error["code"]) == (410, "FILE_EXPIRED")
    assert api.get(f"/v1/status/{job_id}").json["data"]["outputFile"]["url"] is None


def test_a_file_that_s3_lost_is_gone(api: Api, job_id: str) -> None:
    job = completed(job_id)
    assert job.outcome
    aws.s3().delete_object(Bucket=settings().bucket, Key=job.outcome["output"]["key"])
    answer = api.get(f"/v1/download/{job_id}")
    assert (answer.status, answer.error["code"]) == (410, "FILE_EXPIRED")
