"""Webhook bodies of the text API, in the forms that its reference shows."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.api.events import render
from chalicelib.batches import store
from chalicelib.batches.model import Batch, Job
from tests.api.conftest import Api
from tests.api.video_jobs import PLAYLIST, WATCH, batch_of, completed, expanded, failed, item, video_of


def batch_holding(job: Job) -> Batch:
    batch = store.get_batch(job.token)
    assert batch
    return batch


def event(job: Job) -> Any:
    return json.loads(render(job, batch_holding(job)))


def test_a_completed_job(api: Api) -> None:
    job_id = video_of(api, summary_modes=["tldr", "brief"], custom_id="c", metadata={"a": "b"})
    body = event(completed(job_id))
    assert set(body) == {"event", "timestamp", "data"}
    assert body["event"] == "job.completed"
    assert body["timestamp"].endswith("Z")
    data = body["data"]
    assert data.keys() >= {
        "job_id",
        "video_id",
        "status",
        "video_info",
        "summaries",
        "processing_time",
        "content_url",
    }
    assert (data["job_id"], data["video_id"], data["status"]) == (job_id, "aircAruvnKk", "completed")
    assert data["summaries"] == ["Summary tldr", "Summary brief"]
    assert "content.json" in data["content_url"]
    assert (data["custom_id"], data["metadata"]) == ("c", {"a": "b"})
    assert "error" not in data


def test_the_object_form_is_remembered_from_the_submission(api: Api) -> None:
    answer = api.post("/api/v1/videos/process?summaries=object", {"url": WATCH})
    data = event(completed(answer.json["data"]["job_id"]))["data"]
    assert data["summaries"]["tldr"]["content"] == "Summary tldr"
    batch = batch_of(api, item(1), path="/api/v1/batch/process?summaries=object")
    data = event(completed(batch["individual_jobs"][0]["job_id"]))["data"]
    assert list(data["summaries"]) == ["tldr"]


def test_a_failed_job(api: Api) -> None:
    body = event(failed(video_of(api), "VIDEO_PRIVATE"))
    assert body["event"] == "job.failed"
    data = body["data"]
    assert (data["status"], data["video_id"]) == ("failed", "aircAruvnKk")
    assert set(data["error"]) == {"code", "message", "retryable"}
    assert data["error"]["code"] == "VIDEO_PRIVATE"
    assert "summaries" not in data


def test_an_expanded_playlist(api: Api) -> None:
    data = event(expanded(video_of(api, url=None, video_url=PLAYLIST)))["data"]
    assert (data["child_batch_id"], data["summaries"], data["content_url"]) == (
        "batch_0123456789abc000",
        [],
        None,
    )


def test_the_end_of_a_batch(api: Api) -> None:
    data = batch_of(api, item(1), item(2), metadata={"a": "b"}, webhook_url="https://example.com/all")
    one, two = (job["job_id"] for job in data["individual_jobs"])
    failed(one)
    batch = batch_holding(completed(two))
    body = json.loads(render(batch, batch))
    assert (body["event"], set(body)) == ("batch.completed", {"event", "timestamp", "data"})
    told = body["data"]
    assert (told["batch_id"], told["status"]) == (data["batch_id"], "partial_failure")
    assert told["summary_stats"] == {"total": 2, "successful": 1, "failed": 1}
    assert (told["metadata"], told["results_url"]) == (
        {"a": "b"},
        f"/api/v1/batch/results/{data['batch_id']}",
    )
    assert told["created_at"]
    assert told["completed_at"]
