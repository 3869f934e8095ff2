from __future__ import annotations

import hashlib
import re

import pytest

from chalicelib import aws
from chalicelib.accounts import keys
from chalicelib.settings import settings
from tests.api.conftest import Api
from tests.api.jobs import completed, extract_body
from tests.batches.aws_faults import refusing

ROUTES = [
    ("POST", "/v1/batch"),
    ("POST", "/v1/extract"),
    ("GET", "/v1/status/job_0123456789abc001"),
    ("GET", "/v1/batch/batch_0123456789abc000"),
    ("GET", "/v1/download/job_0123456789abc001"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("mount", ["", "/audio-extract"])
def test_no_route_answers_without_a_key(api: Api, method: str, path: str, mount: str) -> None:
    for headers in (
        {"x-api-key": ""},
        {"x-api-key": "sk_wrong"},
        {"x-api-key": "", "authorization": "Bearer sk_wrong"},
        {"x-api-key": "", "authorization": f"Basic {api.key}"},
    ):
        answer = api(method, mount + path, headers=headers)
        assert (answer.status, answer.error["code"]) == (401, "UNAUTHORIZED")
        assert set(answer.error) == {"code", "message"}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_key_may_come_as_bearer(api: Api, scheme: str) -> None:
    headers = {"x-api-key": "", "authorization": f"{scheme} {api.key}"}
    assert api("POST", "/v1/extract", extract_body(), headers).status == 202


def test_bearer_is_preferred_where_both_are_sent(api: Api) -> None:
    right, wrong = f"Bearer {api.key}", "Bearer sk_wrong"
    both = {"x-api-key": "sk_wrong", "authorization": right}
    assert api("POST", "/v1/extract", extract_body(), both).status == 202
    assert api("POST", "/v1/extract", extract_body(), {"authorization": wrong}).status == 401


def test_keys_are_stored_as_their_hash_only(api: Api) -> None:
    rows = aws.dynamodb().scan(TableName=settings().accounts_table)["Items"]
    assert api.key not in str(rows)
    assert f"K#{hashlib.sha256(api.key.encode()).hexdigest()}" in str(rows)


def test_a_new_key_has_the_documented_form(api: Api) -> None:
    assert re.fullmatch("sk_[0-9a-f]{64}", api.key)


def test_anothers_ids_do_not_exist(api: Api) -> None:
    data = api.post("/v1/batch", {"jobs": [extract_body()]}).json["data"]
    job_id, batch_id = data["jobs"][0]["jobId"], data["batchId"]
    completed(job_id)
    stranger = {"x-api-key": keys.create("stranger")}
    for path, code in (
        (f"/v1/status/{job_id}", "JOB_NOT_FOUND"),
        (f"/v1/download/{job_id}", "JOB_NOT_FOUND"),
        (f"/v1/batch/{batch_id}", "BATCH_NOT_FOUND"),
    ):
        assert api("GET", path).status == 200
        answer = api("GET", path, headers=stranger)
        assert (answer.status, answer.error["code"]) == (404, code)


def test_when_aws_is_away_the_answer_is_503_in_the_envelope(api: Api) -> None:
    with refusing("dynamodb", "GetItem"):
        answer = api.get("/v1/status/job_0123456789abc001")
    assert (answer.status, answer.error["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert "away" not in answer.error["message"]


@pytest.mark.parametrize(("method", "path"), [*ROUTES, ("GET", "/health")])
def test_no_content_type_leads_out_of_the_envelope(api: Api, method: str, path: str) -> None:
    answer = api(method, path, headers={"content-type": "application/xml"})
    assert answer.status != 415
    assert "success" in answer.json


def test_an_account_name_must_fit_a_message_group(api: Api) -> None:
    with pytest.raises(ValueError, match="account name"):
        keys.create("Acme Inc")


def test_health_needs_no_key(api: Api) -> None:
    answer = api("GET", "/health", headers={"x-api-key": ""})
    assert (answer.status, answer.json["data"]["status"]) == (200, "ok")
    with refusing("sqs", "GetQueueAttributes"):
        answer = api("GET", "/health")
    assert (answer.status, answer.error["code"]) == (503, "SERVICE_UNAVAILABLE")
