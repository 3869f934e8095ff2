"""Estimates: checked as the real call is, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.clock import now_ms
from chalicelib.settings import settings
from tests.api.conftest import Answer, Api
from tests.api.jobs import extract_body
from tests.batches.aws_faults import hooked
from tests.usage.counters import submit_videos

VIDEO = {"video_url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "summary_mode": "tldr"}
LIST = {"video_url": "https://www.youtube.com/playlist?list=PLabcdefghijklmnop", "summary_mode": "tldr"}
CAPTIONS = "1\n00:00:01,000 --> 00:00:02,000\nHi"
READS = {"GetItem", "BatchGetItem", "Query", "GetQueueAttributes", "HeadObject"}


@contextmanager
def reading_only() -> Iterator[None]:
    """But for the count of the request, in the row of its key."""
    seen: list[tuple[str, str]] = []
    with hooked("before-call", lambda model, params, **_: seen.append((model.name, str(params["body"])))):
        yield
    writes = [(name, "K#" in body) for name, body in seen if name not in READS]
    assert writes == [("UpdateItem", True)]


def data(answer: Answer) -> Any:
    assert answer.status == 200, answer.body
    return answer.json["data"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/batch/estimate", {"jobs": [extract_body()] * 3}),
        ("/audio-extract/v1/extract/estimate", extract_body()),
        ("/api/v1/batch/estimate", {"jobs": [VIDEO, LIST]}),
        (
            "/api/v1/videos/estimate",
            {"url": VIDEO["video_url"], "captions": CAPTIONS},
        ),
    ],
)
def test_nothing_is_written(api: Api, path: str, body: Any) -> None:
    with reading_only():
        told = data(api.post(path, body))
    assert told["allowed"] is True


def test_an_audio_batch(api: Api) -> None:
    jobs = [extract_body(), extract_body(output={"format": "mp3", "normalize": True})]
    told = data(api.post("/v1/batch/estimate", {"jobs": jobs}))
    assert (told["totalJobs"], told["jobsToRun"], told["queue"]["waiting"]) == (2, 2, 0)
    assert told["queue"]["estimatedSecondsFirst"] == settings().seconds_per_job
    cost = told["estimatedCostUsd"]
    assert 0 < cost["low"] < cost["likely"] < cost["high"] < 0.01
    seconds = told["computeSeconds"]
    assert seconds["high"] == pytest.approx(2 * seconds["likely"])
    assert told["assumptions"][0].startswith("Each source lasts 10 minutes")


def test_longer_sources_take_longer(api: Api) -> None:
    body = {"jobs": [extract_body()]}
    short, long = (data(api.post(f"/v1/batch/estimate?minutes={n}", body)) for n in (10, 60))
    assert long["computeSeconds"]["likely"] == pytest.approx(6 * short["computeSeconds"]["likely"])


def test_equal_videos_run_once(api: Api) -> None:
    told = data(api.post("/api/v1/batch/estimate", {"jobs": [VIDEO, VIDEO]}))
    assert (told["total_jobs"], told["jobs_to_run"]) == (2, 1)


def test_a_playlist_says_that_nobody_knows_its_length(api: Api) -> None:
    told = data(api.post("/api/v1/batch/estimate", {"jobs": [LIST]}))
    assert told["assumptions"][-1].startswith("A playlist or channel counts as one")


def test_a_serial_batch_takes_one_job_after_the_other(api: Api) -> None:
    other = {**VIDEO, "summary_mode": "brief"}
    body = {"jobs": [VIDEO, other], "parallel_processing": False}
    told = data(api.post("/api/v1/batch/estimate", body))
    assert told["queue"]["estimated_seconds_last"] == 2 * told["queue"]["estimated_seconds_first"]


@pytest.mark.parametrize(("used", "fits", "after"), [(98, True, 0), (99, False, -1)])
def test_a_batch_beyond_the_quota_is_told_by_how_much(api: Api, used: int, fits: bool, after: int) -> None:
    submit_videos("acme", "one", now_ms(), used)
    told = data(api.post("/api/v1/batch/estimate", {"jobs": [VIDEO, LIST]}))
    day = told["quota"]["videos_per_day"]
    assert (told["allowed"], told["quota"]["fits"], day["remaining_after"]) == (fits, fits, after)


def test_a_full_queue_is_no_error_here(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_QUEUE_LIMIT", "1")
    settings.cache_clear()
    told = data(api.post("/v1/batch/estimate", {"jobs": [extract_body()] * 2}))
    assert (told["allowed"], told["queue"]["hasRoom"], told["quota"]["fits"]) == (False, False, True)


@pytest.mark.parametrize(
    ("engine", "prices", "known"),
    [("small", "", False), ("small", '{"openai/small": [1, 2]}', True), ("gpt-4o-mini", "", True)],
)
def test_a_model_is_paid_for(
    api: Api, monkeypatch: pytest.MonkeyPatch, engine: str, prices: str, known: bool
) -> None:
    plain = data(api.post("/api/v1/batch/estimate", {"jobs": [VIDEO]}))["estimated_cost_usd"]
    monkeypatch.setenv("BATCHREEL_OPENAI_BASE_URL", "https://models.example.com/v1")
    monkeypatch.setenv("BATCHREEL_OPENAI_MODEL", engine)
    monkeypatch.setenv("BATCHREEL_MODEL_PRICES", prices)
    settings.cache_clear()
    told = data(api.post("/api/v1/batch/estimate", {"jobs": [VIDEO]}))
    if known:
        assert told["estimated_cost_usd"]["likely"] > 2 * plain["likely"]
    else:
        assert told["estimated_cost_usd"] == {"low": None, "likely": None, "high": None}
        assert any("has no price" in sentence for sentence in told["assumptions"])


def test_speech_is_in_the_highest_estimate(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_SPEECH", "transcribe")
    settings.cache_clear()
    body = {"jobs": [{"url": VIDEO["video_url"], "options": {"speech_to_text": True}}]}
    cost = data(api.post("/api/v1/batch/estimate", body))["estimated_cost_usd"]
    assert cost["likely"] < 0.01
    assert cost["high"] > 10 * 0.024


@pytest.mark.parametrize(
    ("path", "real", "body"),
    [
        ("/v1/batch/estimate", "/v1/batch", {"jobs": []}),
        ("/v1/batch/estimate", "/v1/batch", {"jobs": [extract_body()] * 11}),
        ("/v1/extract/estimate", "/v1/extract", extract_body(output={"format": "mp4"})),
        ("/v1/extract/estimate", "/v1/extract", extract_body(source={"type": "upload", "file": "upl_none"})),
        ("/api/v1/batch/estimate", "/api/v1/batch/process", {"jobs": [{"summary_mode": "tldr"}]}),
        ("/api/v1/videos/estimate", "/api/v1/videos/process", {"url": "nothing"}),
        ("/api/v1/videos/estimate", "/api/v1/videos/process",
         {"url": VIDEO["video_url"], "options": {"include_comments": True}}),
    ],
)  # fmt: skip
def test_what_the_call_refuses_the_estimate_refuses_alike(api: Api, path: str, real: str, body: Any) -> None:
    told, meant = api.post(path, body), api.post(real, body)
    assert (told.status, told.json) == (meant.status, meant.json)
    assert told.status in (400, 403, 422)


def test_an_upload_must_be_there(api: Api) -> None:
    wish = {"filename": "a.mp4", "size": 3, "contentType": "video/mp4"}
    upload = api.post("/v1/uploads", wish).json["data"]
    body = extract_body(source={"type": "upload", "file": upload["uploadId"]})
    assert api.post("/v1/extract/estimate", body).error["message"].startswith("source.file: nothing was sent")
    aws.s3().put_object(Bucket=settings().bucket, Key=f"uploads/{upload['uploadId']}", Body=b"abc")
    assert api.post("/v1/extract/estimate", body).status == 200
    assert api.post("/v1/extract", body).status == 202
    used = api.post("/v1/extract/estimate", body)
    assert (used.status, used.error["code"]) == (409, "UPLOAD_ALREADY_USED")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/batch/estimate", {"jobs": [extract_body()]}, 400),
        ("/api/v1/batch/estimate", {"jobs": [VIDEO]}, 422),
    ],
)
@pytest.mark.parametrize("query", ["minutes=0", "minutes=1441", "minutes=ten", "hours=2"])
def test_a_length_that_cannot_be_is_refused(api: Api, path: str, body: Any, status: int, query: str) -> None:
    answer = api.post(f"{path}?{query}", body)
    assert (answer.status, answer.error["code"]) == (status, "INVALID_REQUEST")
    assert answer.error["message"].startswith(query.partition("=")[0])
