"""The requests of the API's own documentation, end to end."""

from __future__ import annotations

import pytest
import requests

from infra.local.stack import LocalStack
from tests.e2e.client import Client, job
from tests.e2e.events import wait_for_event
from tests.stand_ins.web import Receiver, WebServer
from tests.waiting import wait_for


def test_the_documented_batch(
    stack: LocalStack, client: Client, media: WebServer, receiver: Receiver
) -> None:
    accepted = client.submit(
        {
            "source": {"type": "url", "url": media.url("/plain/talk.mp4")},
            "output": {"format": "mp3", "quality": "high"},
            "options": {"filename": "first"},
        },
        {
            "source": {"type": "url", "url": media.url("/chunked/music.webm")},
            "output": {"format": "flac", "quality": "medium", "normalize": True},
            "options": {"priority": "high"},
        },
        {
            "source": {"type": "url", "url": media.url("/plain/talk.mp4")},
            "output": {"format": "aac", "bitrate": "256k"},
        },
        webhook=receiver.url("/hook"),
    )
    batch = client.ended(accepted["batchId"])
    assert batch["status"] == "completed"
    assert batch["counts"]["completed"] == 3

    names = []
    for each in accepted["jobs"]:
        status = client.data(f"/status/{each['jobId']}")
        output = status["outputFile"]
        names.append(output["filename"])
        answer = requests.get(
            stack.url + status["downloadUrl"], headers=dict(client.http.headers), timeout=60
        )
        assert answer.status_code == 200
        assert len(answer.content) == output["size"]
        assert output["filename"] in answer.headers["content-disposition"]
        assert requests.get(output["url"]).content == answer.content
        assert abs(output["duration"] - status["inputFile"]["duration"]) < 0.1
    assert names == ["first.mp3", "music.flac", "talk.aac"]

    receiver.wait_for(4, "/hook")
    seen = wait_for_event(stack, receiver, "batch.completed")
    jobs = {body["jobId"]: body for _, body in seen if body["event"] == "job.completed"}
    assert set(jobs) == {each["jobId"] for each in accepted["jobs"]}
    assert jobs[accepted["jobs"][0]["jobId"]]["outputFile"]["filename"] == "first.mp3"
    [(_, ended)] = [(i, body) for i, body in seen if body["event"] == "batch.completed"]
    assert ended["counts"] == {"total": 3, "completed": 3, "failed": 0, "cancelled": 0}


def test_a_job_without_sound_fails_and_the_others_do_not(client: Client, media: WebServer) -> None:
    accepted = client.submit(
        job(media.url("/plain/silent.mp4")), job(media.url("/status/404")), job(media.url("/plain/talk.mp4"))
    )
    batch = client.ended(accepted["batchId"])
    assert batch["status"] == "partial_failure"
    assert [each.get("error", {}).get("code") for each in batch["jobs"]] == [
        "NO_AUDIO",
        "DOWNLOAD_FAILED",
        None,
    ]
    silent = accepted["jobs"][0]["jobId"]
    answer = client.get(f"/download/{silent}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "NO_AUDIO")


def test_a_large_result_is_fetched_through_a_link(client: Client, media: WebServer) -> None:
    accepted = client.submit(job(media.url("/plain/music.webm"), "wav", options={"filename": "Käse"}))
    client.ended(accepted["batchId"])
    path = f"/download/{accepted['jobs'][0]['jobId']}"
    assert client.get(path, allow_redirects=False).status_code == 302
    answer = client.get(path)
    assert answer.status_code == 200
    assert "filename*=UTF-8''K%C3%A4se.wav" in answer.headers["content-disposition"]
    assert answer.content[:4] == b"RIFF"
    part = client.get(path, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"RIFF")


def test_small_results_answer_range_and_head(client: Client, media: WebServer) -> None:
    accepted = client.submit(job(media.url("/plain/talk.mp4"), "opus"))
    client.ended(accepted["batchId"])
    url = client.base + f"/download/{accepted['jobs'][0]['jobId']}"
    whole = client.http.get(url)
    head = client.http.head(url, allow_redirects=True)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    part = client.http.get(url, headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, whole.content[4:8])


def test_progress_is_seen_while_the_source_still_arrives(client: Client, media: WebServer) -> None:
    accepted = client.submit(job(media.url("/gated/talk.mp4")))
    path = f"/status/{accepted['jobs'][0]['jobId']}"
    wait_for(lambda: client.data(path)["currentStep"] == "downloading_video")
    running = client.data(path)
    assert running["status"] == "processing"
    assert 0 <= running["progress"] < 100
    early = client.get(f"/download/{running['jobId']}")
    assert (early.status_code, early.json()["error"]["code"]) == (202, "JOB_NOT_COMPLETED")
    media.gate.set()
    assert client.ended(accepted["batchId"])["status"] == "completed"
    media.gate.clear()


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "NOT_FOUND"),
        ("DELETE", "/v1/batch", 404, "NOT_FOUND"),
        ("GET", "/v1/status/job_1", 400, "INVALID_JOB_ID"),
        ("GET", "/audio-extract/v1/download/job_0123456789abc001", 404, "JOB_NOT_FOUND"),
    ],
)
def test_every_answer_is_in_the_envelope(
    client: Client, stack: LocalStack, method: str, path: str, status: int, code: str
) -> None:
    answer = client.http.request(method, stack.url + path)
    assert answer.status_code == status
    assert answer.json()["success"] is False
    assert answer.json()["error"]["code"] == code


def test_a_body_over_the_platforms_limit_is_refused_in_the_envelope(client: Client) -> None:
    answer = client.http.post(client.base + "/batch", data=b" " * 4_720_000)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "INVALID_REQUEST")
