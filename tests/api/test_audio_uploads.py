"""Files that are sent to us, from the announcement to the one job that has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from chalicelib import aws
from chalicelib.accounts import keys
from chalicelib.batches import ids, open_index, store
from chalicelib.batches.model import Job
from chalicelib.settings import settings
from tests.api.conftest import Answer, Api
from tests.api.jobs import BYTES, extract_body

DAY_MS = 24 * 3600 * 1000
MOUNTS = ["/audio-extract/v1", "/v1"]


def announced(api: Api, **changes: Any) -> Any:
    answer = api.post("/v1/uploads", {"size": len(BYTES), "contentType": "video/mp4", **changes})
    assert answer.status == 201, answer.body
    return answer.json["data"]


def put(upload: Mapping[str, Any], content: bytes = BYTES) -> int:
    return requests.put(upload["url"], data=content, headers=upload["headers"], timeout=10).status_code


def sent(api: Api, **changes: Any) -> str:
    upload = announced(api, **changes)
    assert put(upload) == 200
    return str(upload["uploadId"])


def body_for(upload_id: str, **changes: Any) -> dict[str, Any]:
    return extract_body(source={"type": "upload", "file": upload_id}, **changes)


def stored(answer: Answer) -> Job:
    address = ids.parse(answer.json["data"]["jobId"])
    assert address
    job = store.get_job(*address)
    assert job
    return job


def expire(upload_id: str) -> None:
    aws.dynamodb().update_item(
        TableName=settings().batches_table,
        Key={"pk": {"S": "U#" + upload_id[7:27]}, "sk": {"S": "#"}},
        UpdateExpression="ADD expires_at :back",
        ExpressionAttributeValues={":back": {"N": str(-DAY_MS)}},
    )


# ---------------------------------------------------------------- the announcement


@pytest.mark.parametrize("mount", MOUNTS)
def test_an_upload_is_answered_with_a_link(api: Api, mount: str) -> None:
    answer = api.post(f"{mount}/uploads", {"size": 5, "contentType": "audio/x-wav"})
    assert answer.status == 201
    upload = answer.json["data"]
    assert re.fullmatch(r"upload_[0-9a-f]{52}", upload["uploadId"])
    assert upload["method"] == "PUT"
    assert upload["headers"] == {"Content-Type": "audio/x-wav", "Content-Length": "5", "If-None-Match": "*"}
    assert upload["maxBytes"] == 5_368_709_120
    expires = datetime.fromisoformat(upload["expiresAt"]) - datetime.now(UTC)
    assert timedelta(minutes=59) < expires <= timedelta(hours=1)


def test_the_link_fixes_size_type_and_that_it_is_new(api: Api) -> None:
    """What is signed cannot be left out or sent otherwise."""
    query = announced(api)["url"].partition("?")[2]
    assert "X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost%3Bif-none-match" in query
    assert "X-Amz-Expires=3600" in query


def test_a_link_takes_one_file(api: Api) -> None:
    upload = announced(api)
    assert [put(upload), put(upload, BYTES[::-1])] == [200, 412]
    key = f"uploads/{upload['uploadId']}"
    kept = aws.s3().get_object(Bucket=settings().bucket, Key=key)
    assert (kept["Body"].read(), kept["ContentType"]) == (BYTES, "video/mp4")


def test_ids_cannot_be_guessed_from_each_other(api: Api) -> None:
    first, second = (announced(api)["uploadId"] for _ in range(2))
    assert sum(a == b for a, b in zip(first[7:], second[7:], strict=True)) < 26


@pytest.mark.parametrize(
    "content_type",
    ["audio/mpeg", "video/x-matroska", "Video/MP4", "application/octet-stream", "application/ogg", None],
)
def test_types_that_may_hold_sound(api: Api, content_type: str | None) -> None:
    body = {"size": 1} | ({"contentType": content_type} if content_type else {})
    upload = api.post("/v1/uploads", body).json["data"]
    assert upload["headers"]["Content-Type"] == (content_type or "application/octet-stream")


REFUSED = [
    ("size", 0),
    ("size", -1),
    ("size", 5_368_709_121),
    ("size", "5"),
    ("size", 1.5),
    ("size", True),
    ("contentType", "text/html"),
    ("contentType", "image/png"),
    ("contentType", "video/"),
    ("contentType", "video/mp4; codecs=avc1"),
    ("contentType", "video/mp4\r\nx: y"),
    ("contentType", "application/x-www-form-urlencoded"),
    ("filename", "a/b.mp4"),
    ("filename", "x" * 201),
    ("colour", "blue"),
]


@pytest.mark.parametrize(("field", "value"), REFUSED)
def test_a_bad_field_is_refused_and_named(api: Api, field: str, value: Any) -> None:
    answer = api.post("/v1/uploads", {"size": 5, field: value})
    assert (answer.status, answer.error["code"]) == (400, "INVALID_REQUEST")
    assert answer.error["message"].startswith(f"{field}: ")


def test_a_file_that_one_put_cannot_carry_is_told_so(api: Api) -> None:
    answer = api.post("/v1/uploads", {"size": 5_368_709_121})
    assert "5,368,709,120 bytes" in answer.error["message"]
    assert "parts are not offered" in answer.error["message"]


def test_the_operators_own_limit_counts(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_SOURCE_MAX_BYTES", "100")
    settings.cache_clear()
    assert api.post("/v1/uploads", {"size": 101}).status == 400
    assert announced(api, size=100)["maxBytes"] == 100


def test_an_upload_needs_a_key_and_a_size(api: Api) -> None:
    assert api("POST", "/v1/uploads", {"size": 5}, {"x-api-key": ""}).status == 401
    error = api.post("/v1/uploads", {}).error
    assert error["message"] == "size: this field is required"


def test_a_repeat_leads_to_the_same_upload(api: Api) -> None:
    body = {"size": 5, "contentType": "video/mp4", "filename": "talk.mp4"}
    first = api.post("/v1/uploads", body, idempotency_key="k1")
    again = api.post("/audio-extract/v1/uploads", body, idempotency_key="k1")
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json["data"]["uploadId"] == first.json["data"]["uploadId"]
    other = api.post("/v1/uploads", {**body, "size": 6}, idempotency_key="k1")
    assert (other.status, other.error["code"]) == (422, "IDEMPOTENCY_CONFLICT")


def test_keys_of_two_accounts_have_nothing_in_common(api: Api) -> None:
    first = api.post("/v1/uploads", {"size": 5}, idempotency_key="k1").json["data"]
    other = Api(api.client, keys.create("other"))
    assert other.post("/v1/uploads", {"size": 6}, idempotency_key="k1").json["data"] != first


def test_a_key_leads_to_a_new_upload_once_the_old_one_has_expired(api: Api) -> None:
    first = api.post("/v1/uploads", {"size": 5}, idempotency_key="k1").json["data"]["uploadId"]
    expire(first)
    answer = api.post("/v1/uploads", {"size": 6}, idempotency_key="k1")
    assert answer.status == 201
    assert answer.json["data"]["uploadId"] != first
    assert answer.json["data"]["uploadId"][:27] == first[:27]
    error = api.post("/v1/extract", body_for(first)).error
    assert error["message"] == "source.file: no upload has this id"


# ---------------------------------------------------------------- the job


def test_an_upload_becomes_a_job(api: Api) -> None:
    upload_id = sent(api, filename="My talk #1 (50%).mp4")
    job = stored(api.post("/v1/extract", body_for(upload_id)))
    assert job.request["url"] == f"upload:{upload_id}/My%20talk%20%231%20%2850%25%29.mp4"


def test_an_upload_without_a_name_has_none(api: Api) -> None:
    upload_id = sent(api)
    assert stored(api.post("/v1/extract", body_for(upload_id))).request["url"] == f"upload:{upload_id}"


def test_an_upload_is_for_one_job(api: Api) -> None:
    upload_id = sent(api)
    assert api.post("/v1/extract", body_for(upload_id)).status == 202
    single = api.post("/v1/extract", body_for(upload_id))
    assert (single.status, single.error["code"]) == (409, "UPLOAD_ALREADY_USED")
    assert single.error["message"].startswith("source.file: ")
    batch = api.post("/v1/batch", {"jobs": [extract_body(), body_for(upload_id)]})
    assert (batch.status, batch.error["code"]) == (409, "UPLOAD_ALREADY_USED")
    assert batch.error["message"].startswith("jobs[1].source.file: ")
    assert len(list(open_index.tokens(open_index.OPEN, 10**15))) == 1


def test_two_jobs_of_a_batch_cannot_share_an_upload(api: Api) -> None:
    upload_id = sent(api)
    answer = api.post("/v1/batch", {"jobs": [body_for(upload_id), body_for(upload_id)]})
    assert (answer.status, answer.error["code"]) == (400, "INVALID_SOURCE")
    assert answer.error["message"].startswith("jobs[1].source.file: ")
    assert api.post("/v1/extract", body_for(upload_id)).status == 202


def test_a_refused_job_has_not_used_its_upload(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    upload_id = sent(api)
    monkeypatch.setenv("BATCHREEL_QUEUE_LIMIT", "0")
    settings.cache_clear()
    assert api.post("/v1/extract", body_for(upload_id)).status == 503
    monkeypatch.delenv("BATCHREEL_QUEUE_LIMIT")
    settings.cache_clear()
    assert api.post("/v1/extract", body_for(upload_id)).status == 202


def test_a_repeat_of_the_job_is_answered_as_before(api: Api) -> None:
    """Also when its upload has expired since."""
    upload_id = sent(api)
    first = api.post("/v1/extract", body_for(upload_id), idempotency_key="k1")
    expire(upload_id)
    aws.s3().delete_object(Bucket=settings().bucket, Key=f"uploads/{upload_id}")
    again = api.post("/v1/extract", body_for(upload_id), idempotency_key="k1")
    assert (again.status, again.json) == (202, first.json)
    assert again.headers["idempotent-replayed"] == "true"


def refusal(api: Api, upload_id: str) -> str:
    answer = api.post("/v1/batch", {"jobs": [extract_body(), body_for(upload_id)]})
    assert (answer.status, answer.error["code"]) == (400, "INVALID_SOURCE")
    assert answer.error["message"].startswith("jobs[1].source.file: ")
    return str(answer.error["message"].partition(": ")[2])


def test_an_upload_that_was_never_sent_is_refused(api: Api) -> None:
    assert refusal(api, announced(api)["uploadId"]).startswith("nothing was sent to this upload yet")


def test_an_upload_of_another_size_is_refused(api: Api) -> None:
    """Real S3 takes no other; an emulator may."""
    upload = announced(api, size=len(BYTES) + 1)
    assert put({**upload, "headers": {}}) == 200
    assert refusal(api, upload["uploadId"]).startswith("1,024 bytes were sent, and 1,025 announced")


def test_an_expired_upload_is_refused(api: Api) -> None:
    upload_id = sent(api)
    expire(upload_id)
    assert refusal(api, upload_id) == "the upload has expired: make a new one"


@pytest.mark.parametrize("upload_id", ["upload_" + "0" * 52, "nonsense", "upload_", "\u00fc", "U#"])
def test_an_unknown_upload_is_refused(api: Api, upload_id: str) -> None:
    assert refusal(api, upload_id) == "no upload has this id"


def test_another_accounts_upload_is_unknown(api: Api) -> None:
    upload_id = sent(api)
    other = Api(api.client, keys.create("other"))
    assert refusal(other, upload_id) == "no upload has this id"
    assert refusal(api, upload_id[:-1] + ("0" if upload_id[-1] != "0" else "1")) == "no upload has this id"


@pytest.mark.parametrize(
    ("source", "place", "code"),
    [
        ({"type": "upload"}, "source.file", "INVALID_REQUEST"),
        ({"type": "upload", "file": None}, "source.file", "INVALID_REQUEST"),
        ({"type": "upload", "file": ""}, "source.file", "INVALID_SOURCE"),
        ({"type": "upload", "file": "u", "url": "https://example.com/"}, "source.url", "INVALID_SOURCE"),
        ({"type": "url", "url": "https://example.com/", "file": "u"}, "source.file", "INVALID_SOURCE"),
        ({"type": "url", "file": "u"}, "source.url", "INVALID_REQUEST"),
        ({"type": "url", "url": "upload:upload_1"}, "source.url", "INVALID_SOURCE"),
    ],
)
def test_a_source_is_a_url_or_a_file(api: Api, source: Any, place: str, code: str) -> None:
    answer = api.post("/v1/extract", extract_body(source=source))
    assert (answer.status, answer.error["code"]) == (400, code)
    assert answer.error["message"].startswith(f"{place}: ")
