"""One video: its status, its result, its exports."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.batches import ids, store
from chalicelib.clock import now_ms
from chalicelib.settings import settings
from chalicelib.text.exports import FORMATS
from chalicelib.text.transcript import Cue
from tests.api.conftest import Api
from tests.api.jobs import started, waiting_for_its_next_attempt
from tests.api.video_jobs import (
    PLAYLIST,
    TRANSCRIPT,
    WATCH,
    completed,
    expanded,
    expire,
    failed,
    stored,
    video_of,
)

SEED_STATUS = {
    "job_id",
    "status",
    "video_id",
    "video_url",
    "summary_mode",
    "created_at",
    "started_at",
    "completed_at",
    "processing_time",
    "progress_percentage",
    "current_step",
    "estimated_time_remaining",
    "service_name",
    "agent_name",
    "client_reference",
}
SEED_RESULT = {
    "job_id",
    "status",
    "video_info",
    "transcript",
    "summaries",
    "infographic_url",
    "processing_time",
    "completed_at",
    "service_name",
    "agent_name",
    "client_reference",
}


def status(api: Api, job_id: str) -> Any:
    answer = api.get(f"/api/v1/videos/status/{job_id}")
    assert answer.status == 200
    return answer.json["data"]


def result(api: Api, job_id: str, query: str = "") -> Any:
    answer = api.get(f"/api/v1/videos/result/{job_id}{query}")
    assert answer.status == 200, answer.body
    return answer.json["data"]


def test_a_queued_video(api: Api) -> None:
    job_id = video_of(
        api, summary_modes=["brief", "tldr"], client_reference="r", custom_id="c", metadata={"a": "b"}
    )
    data = status(api, job_id)
    assert data.keys() > SEED_STATUS
    assert (data["job_id"], data["status"], data["progress_percentage"]) == (job_id, "queued", 0)
    assert (data["video_id"], data["video_url"]) == ("aircAruvnKk", WATCH)
    assert (data["summary_mode"], data["summary_modes"]) == ("brief", ["brief", "tldr"])
    assert (data["client_reference"], data["service_name"]) == ("r", None)
    assert (data["custom_id"], data["metadata"]) == ("c", {"a": "b"})
    assert data["started_at"] is data["completed_at"] is data["processing_time"] is None


def test_a_running_video_tells_how_far_it_is(api: Api) -> None:
    job_id = video_of(api)
    facts = {"video": {"video_id": "aircAruvnKk", "title": "T"}}
    store.renew(started(job_id), lease_until=now_ms() + 9999, progress=50, step="summarizing", facts=facts)
    data = status(api, job_id)
    assert (data["status"], data["progress_percentage"]) == ("processing", 50)
    assert data["current_step"] == "summarizing"
    assert isinstance(data["estimated_time_remaining"], int)
    assert data["started_at"]


def test_a_failed_video_says_why(api: Api) -> None:
    job_id = video_of(api)
    failed(job_id, "YOUTUBE_BLOCKED")
    data = status(api, job_id)
    assert (data["status"], data["error"]["code"], data["error"]["retryable"]) == (
        "failed",
        "YOUTUBE_BLOCKED",
        True,
    )


def test_a_video_between_two_attempts_has_not_failed(api: Api) -> None:
    job_id = video_of(api)
    waiting_for_its_next_attempt(job_id)
    data = status(api, job_id)
    assert data["status"] == "queued"
    assert "error" not in data


def test_the_result_holds_transcript_and_summaries(api: Api) -> None:
    job_id = video_of(api, summary_modes=["tldr", "detailed"], agent_name="bot", metadata={"a": "b"})
    completed(job_id)
    data = result(api, job_id)
    assert data.keys() > SEED_RESULT
    assert data["transcript"]["text"] == "This is a three. It is sloppily written."
    assert data["transcript"]["segments"][1] == {
        "start": 2.5,
        "duration": 4.0,
        "text": "It is sloppily written.",
    }
    assert (data["transcript"]["language"], data["transcript"]["is_generated"]) == ("en", False)
    assert "X-Amz-Signature=" in data["transcript"]["url"]
    assert data["summaries"] == ["Summary tldr", "Summary detailed"]
    assert data["video_info"]["title"] == "But what is a neural network?"
    assert "content.json" in data["content_url"]
    assert (data["agent_name"], data["metadata"], data["infographic_url"]) == ("bot", {"a": "b"}, None)
    assert data["completed_at"]


def test_the_object_form_carries_the_structure(api: Api) -> None:
    job_id = video_of(api, summary_modes=["tldr", "detailed"])
    completed(job_id)
    summaries = result(api, job_id, "?summaries=object")["summaries"]
    assert list(summaries) == ["tldr", "detailed"]
    assert summaries["detailed"]["content"] == "Summary detailed"
    assert summaries["detailed"]["points"][0]["text"] == "This is a three."
    assert summaries["detailed"]["engine"] == "embedded"


def test_a_transcript_that_fits_no_answer_is_a_link(api: Api) -> None:
    job_id = video_of(api)
    cues = tuple(Cue(float(n), 1.0, "ß" * 50_000) for n in range(30))
    completed(job_id, replace(TRANSCRIPT, cues=cues))
    transcript = result(api, job_id)["transcript"]
    assert (transcript["text"], transcript["segments"]) == (None, None)
    assert "X-Amz-Signature=" in transcript["url"]
    assert transcript["language"] == "en"


def test_a_playlist_has_no_transcript_but_a_child_batch(api: Api) -> None:
    job_id = video_of(api, video_url=PLAYLIST)
    expanded(job_id)
    data = result(api, job_id)
    assert (data["transcript"], data["summaries"], data["content_url"]) == (None, [], None)
    assert data["child_batch_id"] == "batch_0123456789abc000"
    answer = api.get(f"/api/v1/videos/export/{job_id}/md")
    assert (answer.status, answer.error["code"]) == (422, "INVALID_REQUEST")
    assert answer.error["details"] == {"child_batch_id": "batch_0123456789abc000"}


@pytest.mark.parametrize("path", ["result/{}", "export/{}/txt"])
def test_what_has_no_result_says_so(api: Api, path: str) -> None:
    job_id = video_of(api)
    route = "/api/v1/videos/" + path.format(job_id)
    for bring in (lambda: None, lambda: waiting_for_its_next_attempt(job_id), lambda: started(job_id)):
        bring()
        answer = api.get(route)
        assert (answer.status, answer.error["code"]) == (409, "JOB_NOT_COMPLETED")

    broken = video_of(api, video_url="https://youtu.be/aircAruvnKk")
    failed(broken, "LANGUAGE_NOT_AVAILABLE", "de, fr")
    answer = api.get(route.replace(job_id, broken))
    assert (answer.status, answer.error["code"]) == (422, "JOB_FAILED")
    assert answer.error["details"] == {
        "cause": "LANGUAGE_NOT_AVAILABLE",
        "retryable": False,
        "reason": "de, fr",
    }
    assert "in this language" in answer.error["message"]


@pytest.mark.parametrize("path", ["result/{}", "export/{}/txt"])
def test_the_recorded_expiry_counts_whatever_s3_still_holds(api: Api, path: str) -> None:
    job_id = video_of(api)
    expire(completed(job_id))
    answer = api.get("/api/v1/videos/" + path.format(job_id))
    assert (answer.status, answer.error["code"]) == (410, "RESULT_EXPIRED")
    assert status(api, job_id)["status"] == "completed"


def test_a_result_that_s3_lost_is_gone(api: Api) -> None:
    job_id = video_of(api)
    job = completed(job_id)
    assert job.outcome
    aws.s3().delete_object(Bucket=settings().bucket, Key=job.outcome["result_key"])
    answer = api.get(f"/api/v1/videos/result/{job_id}")
    assert (answer.status, answer.error["code"]) == (410, "RESULT_EXPIRED")


BEGINNINGS = {"json": b"{", "pdf": b"%PDF-", "vtt": b"WEBVTT", "srt": b"1", "html": b"<!", "md": b"#"}


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_a_file(api: Api, format: str) -> None:  # noqa: A002
    job_id = video_of(api)
    completed(job_id)
    answer = api.get(f"/api/v1/videos/export/{job_id}/{format}")
    assert answer.status == 200
    assert (
        answer.body.lstrip(b"\xef\xbb\xbf").replace(b"1\n", b"1\r\n").startswith(BEGINNINGS.get(format, b""))
    )
    assert answer.body
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert f".{format}" in answer.headers["content-disposition"]
    assert answer.headers["content-type"] != "application/octet-stream"


def test_an_export_too_large_for_an_answer_is_a_link(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_INLINE_DOWNLOAD_BYTES", "10")
    settings.cache_clear()
    job_id = video_of(api)
    completed(job_id)
    answer = api.get(f"/api/v1/videos/export/{job_id}/txt")
    assert (answer.status, answer.body) == (302, b"")
    assert f"jobs/2d/{job_id}/exports/txt" in answer.headers["location"]
    assert "response-content-disposition=attachment" in answer.headers["location"]
    held = aws.s3().get_object(Bucket=settings().bucket, Key=f"jobs/2d/{job_id}/exports/txt")["Body"].read()
    assert b"three" in held


def test_head_of_an_export_is_answered_by_s3(api: Api) -> None:
    job_id = video_of(api)
    completed(job_id)
    answer = api("HEAD", f"/api/v1/videos/export/{job_id}/json")
    assert (answer.status, answer.body) == (302, b"")
    assert "X-Amz-Signature=" in answer.headers["location"]


def test_an_unknown_format_is_told_the_known_ones(api: Api) -> None:
    answer = api.get(f"/api/v1/videos/export/{video_of(api)}/docx")
    assert (answer.status, answer.error["code"]) == (422, "INVALID_REQUEST")
    assert answer.error["details"] == {"formats": list(FORMATS)}


@pytest.mark.parametrize("query", ["url=https%3A%2F%2Fyoutu.be%2FaircAruvnKk", "video_url=aircAruvnKk"])
def test_thumbnails_of_a_video(api: Api, query: str) -> None:
    answer = api.get(f"/api/v1/videos/thumbnails?{query}")
    assert answer.status == 200
    data = answer.json["data"]
    assert data["video_id"] == "aircAruvnKk"
    assert "aircAruvnKk" in json.dumps(data["thumbnails"]["high"])


@pytest.mark.parametrize(
    "query", ["", "?url=", "?url=https://example.com/a.mp4", "?url=aircAruvnKk&video_url=aircAruvnKk"]
)
def test_thumbnails_are_of_one_video_on_youtube(api: Api, query: str) -> None:
    answer = api.get(f"/api/v1/videos/thumbnails{query}")
    assert (answer.status, answer.error["code"]) == (422, "INVALID_REQUEST")
    assert answer.error["message"].startswith("url: ")


def test_a_text_too_long_for_a_pdf_says_what_to_take(api: Api) -> None:
    job_id = video_of(api)
    long = replace(TRANSCRIPT, cues=tuple(Cue(n * 2.0, 2.0, "a sentence " * 50) for n in range(2000)))
    completed(job_id, long)
    answer = api.get(f"/api/v1/videos/export/{job_id}/pdf")
    assert (answer.status, answer.error["code"]) == (413, "EXPORT_TOO_LARGE")
    assert "`html`" in answer.error["message"]


def test_a_fault_of_ours_is_a_500_that_tells_nothing_of_it(api: Api) -> None:
    job_id = video_of(api)
    outcome = completed(job_id).outcome
    assert outcome
    aws.s3().put_object(Bucket=settings().bucket, Key=outcome["result_key"], Body=b"{")
    answer = api.get(f"/api/v1/videos/result/{job_id}")
    assert (answer.status, answer.error["code"], answer.error["details"]) == (500, "INTERNAL_ERROR", {})
    assert b"Traceback" not in answer.body
    assert b"JSON" not in answer.body


def test_what_holds_a_single_video_is_no_batch(api: Api) -> None:
    batch_id = ids.batch_id(stored(video_of(api)).token)
    for view in ("status", "results"):
        answer = api.get(f"/api/v1/batch/{view}/{batch_id}")
        assert (answer.status, answer.error["code"]) == (404, "BATCH_NOT_FOUND")
