"""Webhook bodies of both APIs: those of cancelled jobs, and that no body is ever long."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.api.events import render, render_test
from chalicelib.batches import store
from chalicelib.batches.model import Batch, Failure, Job
from tests.api import jobs, video_jobs
from tests.api.conftest import Api
from tests.api.jobs import extract_body

MOST = 20_000
LONG_METADATA = {f"{number:02}".ljust(64, "\x01"): "\x01" * 512 for number in range(16)}
"""The most that may be sent, of characters that take six bytes each in JSON."""
WIDE = "\U0001f3b5"
"""Four bytes, and twenty in a link that names a file so."""


def batch_of(job: Job) -> Batch:
    batch = store.get_batch(job.token)
    assert batch
    return batch


def audio_job(api: Api, **fields: Any) -> str:
    answer = api.post("/v1/batch", {"jobs": [extract_body(customId="c" * 64)], **fields})
    assert answer.status == 202, answer.body
    return str(answer.json["data"]["jobs"][0]["jobId"])


def told(job: Job) -> Any:
    body = render(job, batch_of(job))
    assert len(body) < MOST
    return json.loads(body)


def batch_told(job: Job) -> Any:
    batch = batch_of(job)
    body = render(batch, batch)
    assert len(body) < MOST
    return json.loads(body)


# ---------------------------------------------------------------- cancelled


def cancelled_after_a_failure(job_id: str) -> Job:
    """As a job is that was waiting for its next attempt."""
    jobs.waiting_for_its_next_attempt(job_id)
    return video_jobs.cancelled(job_id)


@pytest.mark.parametrize("cancel", [video_jobs.cancelled, cancelled_after_a_failure])
def test_a_cancelled_audio_job(api: Api, cancel: Callable[[str], Job]) -> None:
    job = cancel(audio_job(api, metadata={"a": "b"}))
    body = told(job)
    assert body.pop("timestamp").endswith("Z")
    assert body == {
        "event": "job.cancelled",
        "jobId": job.id,
        "status": "cancelled",
        "customId": "c" * 64,
        "metadata": {"a": "b"},
    }


@pytest.mark.parametrize("cancel", [video_jobs.cancelled, cancelled_after_a_failure])
def test_a_cancelled_text_job(api: Api, cancel: Callable[[str], Job]) -> None:
    job = cancel(video_jobs.video_of(api, custom_id="c", metadata={"a": "b"}))
    body = told(job)
    assert (body["event"], set(body)) == ("job.cancelled", {"event", "timestamp", "data"})
    assert body["data"] == {
        "job_id": job.id,
        "video_id": "aircAruvnKk",
        "video_url": video_jobs.WATCH,
        "status": "cancelled",
        "error": {"code": "JOB_CANCELLED", "message": "The job was cancelled", "retryable": False},
        "metadata": {"a": "b"},
        "custom_id": "c",
    }


# ---------------------------------------------------------------- thin


def test_summaries_that_are_too_long_stay_behind_their_link(api: Api) -> None:
    job_id = video_jobs.video_of(api, custom_id="c", metadata={"a": "b"})
    data = told(video_jobs.completed(job_id, words="word " * 10_000))["data"]
    assert "summaries" not in data
    assert data["summaries_omitted"] is True
    assert "content.json" in data["content_url"]
    assert (data["custom_id"], data["metadata"]) == ("c", {"a": "b"})
    assert data["video_info"]["title"]


def test_what_fits_is_sent_whole_to_the_last_byte(api: Api) -> None:
    """Fields are left out only where the body would reach the limit."""
    job_id = video_jobs.video_of(api, summary_modes=["tldr"])
    job = video_jobs.completed(job_id, words="")
    room = MOST - len(render(job, batch_of(job)))
    fits, breaks = (_with_summary(job, "x" * length) for length in (room - 1, room))
    assert len(render(fits, batch_of(job))) == MOST - 1
    assert "summaries" in json.loads(render(fits, batch_of(job)))["data"]
    assert told(breaks)["data"]["summaries_omitted"] is True


def _with_summary(job: Job, more: str) -> Job:
    outcome = json.loads(json.dumps(job.outcome))
    outcome["summaries"]["tldr"]["content"] += more
    return replace(job, outcome=outcome)


@pytest.mark.parametrize("form", ["array", "object"])
def test_many_long_summaries_in_either_form(api: Api, form: str) -> None:
    path = f"/api/v1/videos/process?summaries={form}"
    answer = api.post(path, {"url": video_jobs.WATCH, "summary_modes": ["tldr", "brief"]})
    job = video_jobs.completed(answer.json["data"]["job_id"], words=WIDE * 9000)
    assert told(job)["data"]["summaries_omitted"] is True


def test_the_longest_labels_of_a_text_job(api: Api) -> None:
    job_id = video_jobs.video_of(api, custom_id="\x01" * 64, metadata=LONG_METADATA)
    data = told(video_jobs.completed(job_id, words="word " * 10_000))["data"]
    assert (data["metadata_omitted"], "metadata" in data) == (True, False)
    assert (data["custom_id"], data["status"]) == ("\x01" * 64, "completed")
    assert data["content_url"]


def test_a_video_of_a_monstrous_title(api: Api) -> None:
    job_id = video_jobs.video_of(api)
    video = replace(video_jobs.VIDEO, title=WIDE * 9000, author=WIDE * 9000)
    data = told(video_jobs.completed(job_id, replace(video_jobs.TRANSCRIPT, video=video)))["data"]
    assert (data["video_info_omitted"], data["job_id"]) == (True, job_id)


def test_the_longest_labels_and_names_of_an_audio_job(api: Api) -> None:
    body = told(jobs.completed(audio_job(api, metadata=LONG_METADATA), name=WIDE * 200 + ".mp3"))
    assert (body["metadataOmitted"], "metadata" in body) == (True, False)
    assert (body["customId"], body["outputFile"]["filename"]) == ("c" * 64, WIDE * 200 + ".mp3")


@pytest.mark.parametrize("face", ["audio", "text"])
def test_a_failure_that_says_very_much(api: Api, face: str) -> None:
    job_id = audio_job(api) if face == "audio" else video_jobs.video_of(api)
    failure = Failure("DOWNLOAD_FAILED", "The host is away", details="x" * 30_000)
    job = store.fail(jobs.started(job_id), failure, now=1_800_000_000_000).job
    assert job
    body = told(job)
    error = body["error"] if face == "audio" else body["data"]["error"]
    omitted = {"audio": "detailsOmitted", "text": "details_omitted"}[face]
    assert error == {
        "code": "DOWNLOAD_FAILED",
        "message": "The host is away",
        "retryable": False,
        omitted: True,
    }


@pytest.mark.parametrize("face", ["audio", "text"])
def test_the_longest_labels_of_a_batch(api: Api, face: str) -> None:
    if face == "audio":
        job = jobs.completed(audio_job(api, metadata=LONG_METADATA))
        assert batch_told(job)["metadataOmitted"] is True
    else:
        data = video_jobs.batch_of(api, video_jobs.item(1), metadata=LONG_METADATA)
        job = video_jobs.completed(data["individual_jobs"][0]["job_id"])
        assert batch_told(job)["data"]["metadata_omitted"] is True


def test_the_body_of_a_test() -> None:
    body = render_test("we_0123456789abcdef", 1_800_000_000_000)
    assert json.loads(body) == {
        "event": "webhook.test",
        "endpointId": "we_0123456789abcdef",
        "timestamp": "2027-01-15T08:00:00Z",
        "message": "A test that you asked for: no job or batch has ended",
    }
