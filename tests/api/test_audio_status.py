from __future__ import annotations

from typing import Any

import pytest

from chalicelib.batches import finish, store
from chalicelib.clock import now_ms
from tests.api.conftest import Api
from tests.api.jobs import completed, extract_body, failed, started, waiting_for_its_next_attempt

OPTIONS = {"filename": "song", "webhook": None, "priority": "low"}


@pytest.fixture
def job_id(api: Api) -> str:
    options = {"filename": "song", "priority": "low"}
    answer = api.post("/v1/extract", extract_body(options=options))
    found: str = answer.json["data"]["jobId"]
    return found


def status(api: Api, job_id: str) -> Any:
    answer = api.get(f"/audio-extract/v1/status/{job_id}")
    assert answer.status == 200
    assert answer.json["success"] is True
    return answer.json["data"]


def test_a_queued_job(api: Api, job_id: str) -> None:
    data = status(api, job_id)
    assert (data["jobId"], data["status"], data["progress"]) == (job_id, "queued", 0)
    assert data["currentStep"] is data["inputFile"] is data["outputFile"] is None
    assert data["estimatedTimeRemaining"] is None
    assert data["options"] == OPTIONS


@pytest.mark.parametrize(
    ("step", "word"),
    [
        ("downloading", "downloading_video"),
        ("analyzing", "analyzing_video"),
        ("extracting", "extracting_audio"),
        ("finalizing", "finalizing"),
    ],
)
def test_a_running_job_tells_its_step_in_this_apis_words(api: Api, job_id: str, step: str, word: str) -> None:
    job = started(job_id)
    facts = {"input": {"name": "v.mp4", "size": 12, "duration": 1.5, "format": "mov"}}
    store.renew(job, lease_until=now_ms() + 60_000, progress=25, step=step, facts=facts)
    data = status(api, job_id)
    assert (data["status"], data["progress"], data["currentStep"]) == ("processing", 25, word)
    assert data["inputFile"] == facts["input"]
    assert isinstance(data["estimatedTimeRemaining"], int)
    assert data["outputFile"] is None


def test_a_completed_job(api: Api, job_id: str) -> None:
    completed(job_id)
    data = status(api, job_id)
    assert (data["status"], data["progress"], data["currentStep"]) == ("completed", 100, "finalizing")
    assert data["inputFile"] == {"name": "video.mp4", "size": 1_000_000, "duration": 12.3, "format": "mov"}
    output = data["outputFile"]
    assert (output["filename"], output["size"], output["duration"]) == ("video.mp3", 1024, 12.25)
    assert (output["format"], output["bitrate"]) == ("mp3", "190k")
    assert output["url"].startswith("https://")
    assert data["downloadUrl"] == f"/audio-extract/v1/download/{job_id}"
    assert data["expiresAt"] > data["completedAt"]
    assert data["estimatedTimeRemaining"] == 0
    assert "error" not in data


def test_a_completed_waveform_has_no_codec_and_no_bit_rate(api: Api, job_id: str) -> None:
    completed(job_id, "video.waveform.json", format="waveform", codec=None, bitrate=None)
    output = status(api, job_id)["outputFile"]
    assert (output["format"], output["codec"], output["bitrate"]) == ("waveform", None, None)
    assert (output["sampleRate"], output["channels"]) == (44_100, 2)
    assert "response-content-type=application%2Fjson" in output["url"]


def test_a_failed_job(api: Api, job_id: str) -> None:
    failed(job_id)
    data = status(api, job_id)
    assert data["status"] == "failed"
    assert data["error"] == {
        "code": "EXTRACTION_FAILED",
        "message": "It went wrong",
        "retryable": False,
        "details": "line 3",
    }
    assert data["outputFile"] is None


def test_a_job_between_two_attempts_has_not_failed(api: Api, job_id: str) -> None:
    waiting_for_its_next_attempt(job_id)
    data = status(api, job_id)
    assert data["status"] == "queued"
    assert "error" not in data


def test_a_batch_counts_its_jobs_and_links_its_results(api: Api) -> None:
    answer = api.post("/v1/batch", {"jobs": [extract_body()] * 3})
    batch_id, jobs = answer.json["data"]["batchId"], answer.json["data"]["jobs"]
    completed(jobs[0]["jobId"])
    failed(jobs[1]["jobId"])
    data = api.get(f"/v1/batch/{batch_id}").json["data"]
    assert (data["status"], data["totalJobs"]) == ("processing", 3)
    assert data["counts"] == {"queued": 1, "processing": 0, "completed": 1, "failed": 1, "cancelled": 0}
    assert sum(data["counts"].values()) == 3
    assert [job["status"] for job in data["jobs"]] == ["completed", "failed", "queued"]
    assert data["jobs"][1]["error"]["code"] == "EXTRACTION_FAILED"
    assert (data["resultsFile"], data["errorsFile"]) == (None, None)

    completed(jobs[2]["jobId"])
    finish.aggregate({"batch_id": batch_id})
    data = api.get(f"/audio-extract/v1/batch/{batch_id}").json["data"]
    assert data["status"] == "partial_failure"
    assert "results.jsonl" in data["resultsFile"]["url"]
    assert "errors.jsonl" in data["errorsFile"]["url"]
    assert data["completedAt"]


@pytest.mark.parametrize("path", ["status", "download", "batch"])
def test_ids_of_the_wrong_form_and_unknown_ids(api: Api, path: str) -> None:
    noun = "batch" if path == "batch" else "job"
    for wrong in ("x", f"{noun}_123", f"{noun}_ABCDEF0123456789", "%20"):
        answer = api.get(f"/v1/{path}/{wrong}")
        assert (answer.status, answer.error["code"]) == (400, f"INVALID_{noun.upper()}_ID")
    for unknown in (f"{noun}_1a2b3c4d5e6f7g8h", f"{noun}_0123456789abc000", f"{noun}_0123456789abc001"):
        answer = api.get(f"/v1/{path}/{unknown}")
        assert (answer.status, answer.error["code"]) == (404, f"{noun.upper()}_NOT_FOUND")
