"""How long results live: said in the request, and kept to the millisecond whatever lies in the bucket."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib import aws
from chalicelib.api.events import render
from chalicelib.batches import finish, store
from chalicelib.settings import settings
from tests.api import jobs as audio
from tests.api import video_jobs as text
from tests.api.conftest import Answer, Api
from tests.api.wall_clock import wall
from tests.clock import FakeClock

__all__ = ["wall"]
HOUR = 3600
AUDIO_BATCH = {"jobs": [audio.extract_body()]}
TEXT_BATCH = {"jobs": [text.item()]}
SUBMISSIONS = [
    ("/v1/batch", AUDIO_BATCH, "expiresAfter"),
    ("/v1/extract", audio.extract_body(), "expiresAfter"),
    ("/api/v1/batch/process", TEXT_BATCH, "expires_after"),
    ("/api/v1/videos/process", text.item(), "expires_after"),
]


def job_in(answer: Answer) -> str:
    data = answer.json["data"]
    jobs = data.get("jobs") or data.get("individual_jobs") or [data]
    return str(jobs[0].get("jobId") or jobs[0].get("job_id"))


@pytest.mark.parametrize(("path", "body", "field"), SUBMISSIONS)
@pytest.mark.parametrize("life", [HOUR, 30 * 24 * HOUR])
def test_every_submission_may_say_it(api: Api, path: str, body: Any, field: str, life: int) -> None:
    job = text.stored(job_in(api.post(path, body | {field: life})))
    assert job.expires_after == life
    status = "/v1/status/" if path.startswith("/v1") else "/api/v1/videos/status/"
    assert api.get(status + job.id).json["data"][field] == life


@pytest.mark.parametrize(("path", "body", "field"), SUBMISSIONS)
@pytest.mark.parametrize("life", [HOUR - 1, 30 * 24 * HOUR + 1, 0, -1, 10**20])
def test_other_lives_are_refused(api: Api, path: str, body: Any, field: str, life: int) -> None:
    answer = api.post(path, body | {field: life})
    assert (answer.status, answer.error["code"]) == (
        400 if path.startswith("/v1") else 422,
        "INVALID_REQUEST",
    )
    wanted = f"{field}: must be from 3600 to 2592000 seconds (1 hour to 30 days)"
    assert answer.error["message"] == wanted


@pytest.mark.parametrize(("path", "body", "field"), SUBMISSIONS)
@pytest.mark.parametrize("life", ["3600", 3600.5, True, "PT1H", []])
def test_what_is_no_number_of_seconds_is_refused(
    api: Api, path: str, body: Any, field: str, life: Any
) -> None:
    assert api.post(path, body | {field: life}).error["message"] == f"{field}: must be a whole number"


def test_a_batch_tells_how_long_it_lives(api: Api) -> None:
    made = api.post("/v1/batch", AUDIO_BATCH | {"expiresAfter": 7200}).json["data"]["batchId"]
    assert api.get(f"/v1/batch/{made}").json["data"]["expiresAfter"] == 7200
    data = text.batch_of(api, text.item(), expires_after=7200)
    assert api.get(f"/api/v1/batch/status/{data['batch_id']}").json["data"]["expires_after"] == 7200
    plain = text.batch_of(api, text.item(7))
    assert api.get(f"/api/v1/batch/status/{plain['batch_id']}").json["data"]["expires_after"] == 24 * HOUR


def test_audio_is_gone_from_the_very_millisecond(api: Api, wall: FakeClock) -> None:
    made = api.post("/v1/batch", AUDIO_BATCH | {"expiresAfter": 2 * HOUR}).json["data"]
    job_id, batch_id = made["jobs"][0]["jobId"], made["batchId"]
    job = audio.completed(job_id)
    finish.aggregate({"batch_id": batch_id})
    assert job.expires_at == wall.now + 2 * HOUR * 1000
    wall.forward(2 * HOUR - 0.001)
    assert api.get(f"/v1/download/{job_id}").status == 200
    wall.now += 1
    answer = api.get(f"/v1/download/{job_id}")
    assert (answer.status, answer.error["code"]) == (410, "FILE_EXPIRED")
    assert api("HEAD", f"/v1/download/{job_id}").status == 410
    assert api.get(f"/v1/status/{job_id}").json["data"]["outputFile"]["url"] is None
    batch = api.get(f"/v1/batch/{batch_id}").json["data"]
    assert (batch["resultsFile"], batch["errorsFile"]) == (None, None)
    assert aws.s3().list_objects_v2(Bucket=settings().bucket)["KeyCount"] == 3  # S3 still has all of it


@pytest.mark.parametrize("path", ["videos/result/{job}", "videos/export/{job}/srt", "batch/results/{batch}"])
def test_text_is_gone_from_the_very_millisecond(api: Api, wall: FakeClock, path: str) -> None:
    made = text.batch_of(api, text.item(), expires_after=HOUR)
    job_id = made["individual_jobs"][0]["job_id"]
    text.completed(job_id)
    url = "/api/v1/" + path.format(job=job_id, batch=made["batch_id"])
    wall.forward(HOUR - 0.001)
    assert api.get(url).status == 200
    wall.now += 1
    answer = api.get(url)
    assert (answer.status, answer.error["code"]) == (410, "RESULT_EXPIRED")


def test_a_job_that_ended_before_its_batch_expires_before_it(api: Api, wall: FakeClock) -> None:
    made = text.batch_of(api, text.item(1), text.item(2), expires_after=HOUR)
    first, second = (job["job_id"] for job in made["individual_jobs"])
    text.completed(first)
    wall.forward(HOUR)
    for last in (False, True):
        if last:
            text.completed(second)
        found = api.get(f"/api/v1/batch/results/{made['batch_id']}").json["data"]["successful_jobs"]
        over = found[0]
        assert (over["job_id"], over["summaries"], over["warnings"]) == (first, [], ["result_expired"])
        assert (over["content_url"], over["transcript_url"], over["export_urls"]) == (None, None, {})
        assert [job["summaries"] for job in found[1:]] == ([["Summary tldr"]] if last else [])


def test_a_webhook_that_comes_through_too_late_tells_no_more_than_that(api: Api, wall: FakeClock) -> None:
    job_id = text.video_of(api, expires_after=HOUR)
    job = text.completed(job_id)
    batch = store.get_batch(job.token)
    assert batch
    assert json.loads(render(job, batch))["data"]["summaries"] == ["Summary tldr"]
    wall.forward(HOUR)
    late = json.loads(render(job, batch))["data"]
    assert (late["status"], late["summaries"], late["content_url"]) == ("completed", [], None)


@pytest.mark.parametrize(("left", "most"), [(HOUR + 500, 3600), (90, 90), (1.999, 1), (1, 1)])
def test_no_link_outlives_the_result(api: Api, wall: FakeClock, left: float, most: int) -> None:
    made = api.post("/v1/extract", audio.extract_body(expiresAfter=2 * HOUR)).json["data"]["jobId"]
    job = audio.completed(made)
    assert job.expires_at
    wall.now = job.expires_at - round(left * 1000)
    url = api.get(f"/v1/status/{made}").json["data"]["outputFile"]["url"]
    assert int(parse_qs(urlsplit(url).query)["X-Amz-Expires"][0]) == most
    wall.now = job.expires_at - 999
    assert api.get(f"/v1/status/{made}").json["data"]["outputFile"]["url"] is None
    assert api("HEAD", f"/v1/download/{made}").error["code"] == "FILE_EXPIRED"  # a link, if anything
