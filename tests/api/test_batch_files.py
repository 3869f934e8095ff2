"""The two files of an ended batch: links to them in answers and webhooks; lines that need nothing else."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from app import aggregate
from chalicelib import aws
from chalicelib.api.events import render
from chalicelib.batches import store
from chalicelib.clock import iso
from chalicelib.settings import settings
from tests.api import jobs as audio
from tests.api import video_jobs as text
from tests.api.conftest import Api
from tests.api.test_deletion import token

EXPORTS = {"json", "md", "html", "csv", "txt", "srt", "vtt", "pdf"}


def ended_audio(api: Api) -> tuple[str, list[str]]:
    """Of a job that succeeded and one that failed."""
    bodies = [audio.extract_body(customId="mine"), audio.extract_body()]
    made = api.post("/v1/batch", {"jobs": bodies, "expiresAfter": 7200}).json["data"]
    jobs = [job["jobId"] for job in made["jobs"]]
    audio.completed(jobs[0])
    audio.failed(jobs[1])
    return made["batchId"], jobs


def ended_text(api: Api) -> tuple[str, list[str]]:
    made = text.batch_of(api, text.item(1, custom_id="mine"), text.item(2), expires_after=7200)
    jobs = [job["job_id"] for job in made["individual_jobs"]]
    text.completed(jobs[0])
    text.failed(jobs[1])
    return made["batch_id"], jobs


def finish(batch_id: str) -> None:
    aggregate({"scope": "batch", "batch_id": batch_id}, None)


def lines(url: str) -> list[dict[str, Any]]:
    """What the link leads to."""
    key = unquote(urlsplit(url).path).lstrip("/")
    body = aws.s3().get_object(Bucket=settings().bucket, Key=key)["Body"].read().decode()
    return [json.loads(line) for line in body.splitlines()]


def ends(url: str) -> str:
    """When S3 refuses it."""
    query = {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}
    signed = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%S%z")
    return iso(round(signed.timestamp() + int(query["X-Amz-Expires"])) * 1000)


@pytest.mark.parametrize("face", ["audio", "text"])
def test_the_batch_links_its_files_and_tells_when_the_links_end(api: Api, face: str) -> None:
    batch_id, _ = ended_audio(api) if face == "audio" else ended_text(api)
    names = ("resultsFile", "errorsFile") if face == "audio" else ("results_file", "errors_file")
    end = "expiresAt" if face == "audio" else "expires_at"
    paths = ["/v1/batch/"] if face == "audio" else ["/api/v1/batch/status/", "/api/v1/batch/results/"]
    for path in paths:
        data = api.get(path + batch_id).json["data"]
        assert [data[name] for name in names] == [None, None]
    finish(batch_id)
    for path in paths:
        data = api.get(path + batch_id).json["data"]
        for name, filename in zip(names, ("results.jsonl", "errors.jsonl"), strict=True):
            url = data[name]["url"]
            assert filename in url
            assert data[name][end] == ends(url)
            assert "response-content-type=application%2Fx-ndjson" in url


@pytest.mark.parametrize("face", ["audio", "text"])
def test_the_webhook_of_a_batch_links_its_files_anew(api: Api, face: str) -> None:
    batch_id, _ = ended_audio(api) if face == "audio" else ended_text(api)
    finish(batch_id)
    batch = store.get_batch(token(batch_id))
    assert batch
    body = render(batch, batch)
    assert len(body) < 20_000
    event = json.loads(body)
    data = event if face == "audio" else event["data"]
    results = data["resultsFile"] if face == "audio" else data["results_file"]
    errors = data["errorsFile"] if face == "audio" else data["errors_file"]
    assert (len(lines(results["url"])), len(lines(errors["url"]))) == (1, 1)
    assert results["expiresAt" if face == "audio" else "expires_at"] == ends(results["url"])


def test_a_line_of_an_audio_result_leads_to_the_file(api: Api) -> None:
    batch_id, jobs = ended_audio(api)
    finish(batch_id)
    data = api.get(f"/v1/batch/{batch_id}").json["data"]
    [line] = lines(data["resultsFile"]["url"])
    job = text.stored(jobs[0])
    assert (line["job_id"], line["index"], line["custom_id"]) == (jobs[0], 1, "mine")
    assert (line["status"], line["attempts"]) == ("completed", 1)
    assert line["expires_at"] == iso(job.expires_at or 0)
    assert set(line["urls"]) == {"status", "download"}
    assert api.get(line["urls"]["download"]).body == audio.BYTES
    assert api.get(line["urls"]["status"]).json["data"]["jobId"] == jobs[0]
    held = aws.s3().get_object(Bucket=settings().bucket, Key=line["outcome"]["output"]["key"])
    assert held["Body"].read() == audio.BYTES
    [line] = lines(data["errorsFile"]["url"])
    assert (line["job_id"], line["index"], line["custom_id"]) == (jobs[1], 2, None)
    assert line["error"] == {
        "code": "EXTRACTION_FAILED",
        "message": "It went wrong",
        "retryable": False,
        "details": "line 3",
    }
    assert set(line["urls"]) == {"status"}
    assert "outcome" not in line


def test_a_line_of_a_text_result_leads_to_all_of_it(api: Api) -> None:
    batch_id, jobs = ended_text(api)
    finish(batch_id)
    data = api.get(f"/api/v1/batch/status/{batch_id}").json["data"]
    [line] = lines(data["results_file"]["url"])
    assert (line["job_id"], line["custom_id"]) == (jobs[0], "mine")
    assert line["outcome"]["summaries"]["tldr"]["content"] == "Summary tldr"
    assert set(line["urls"]) == {"status", "result", "export"}
    assert api.get(line["urls"]["result"]).json["data"]["job_id"] == jobs[0]
    assert set(line["urls"]["export"]) == EXPORTS
    assert api.get(line["urls"]["export"]["srt"]).status == 200
    [line] = lines(data["errors_file"]["url"])
    assert (line["job_id"], line["error"]["code"]) == (jobs[1], "NO_CAPTIONS")
    assert api.get(line["urls"]["status"]).json["data"]["error"]["code"] == "NO_CAPTIONS"


def test_a_line_of_a_playlist_leads_to_its_batch_and_to_no_export(api: Api) -> None:
    made = text.batch_of(api, text.item(video_url=text.PLAYLIST))
    text.expanded(made["individual_jobs"][0]["job_id"])
    finish(made["batch_id"])
    data = api.get(f"/api/v1/batch/status/{made['batch_id']}").json["data"]
    [line] = lines(data["results_file"]["url"])
    assert line["outcome"]["child_batch_id"] == "batch_0123456789abc000"
    assert set(line["urls"]) == {"status", "result"}


def test_no_line_holds_a_link_that_would_end_before_it_is_read(api: Api) -> None:
    for batch_id, _ in (ended_audio(api), ended_text(api)):
        finish(batch_id)
        batch = store.get_batch(token(batch_id))
        assert batch
        assert batch.results_key
        held = aws.s3().get_object(Bucket=settings().bucket, Key=batch.results_key)["Body"].read()
        assert b"X-Amz-" not in held
        assert held.endswith(b"}\n")
