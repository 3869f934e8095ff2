"""Result files by the links of a webhook, and a deletion: through the front door."""

from __future__ import annotations

import json

import requests

from infra.local.stack import LocalStack
from tests.e2e.client import Client, job
from tests.e2e.events import wait_for_event
from tests.e2e.text_client import TextClient
from tests.stand_ins.web import Receiver, WebServer


def test_a_machine_gets_all_by_the_batchs_webhook_and_deletes_it(
    stack: LocalStack, client: Client, media: WebServer, receiver: Receiver
) -> None:
    good, bad = job(media.url("/plain/talk.mp4"), customId="good"), job(media.url("/plain/missing.mp4"))
    body = {"jobs": [good, bad], "webhook": receiver.url("/hook"), "expiresAfter": 3600}
    answer = client.post("/batch", body)
    assert answer.status_code == 202, answer.text
    events = wait_for_event(stack, receiver, "batch.completed")
    [event] = [body for _, body in events if body["event"] == "batch.completed"]
    files = {name: requests.get(event[name]["url"], timeout=60) for name in ("resultsFile", "errorsFile")}
    [line] = [json.loads(line) for line in files["resultsFile"].text.splitlines()]
    assert (line["custom_id"], line["outcome"]["output"]["format"]) == ("good", "mp3")
    download = requests.get(stack.url + line["urls"]["download"], headers=client.http.headers, timeout=60)
    assert len(download.content) == line["outcome"]["output"]["size"]
    [line] = [json.loads(line) for line in files["errorsFile"].text.splitlines()]
    assert line["error"]["code"] == "DOWNLOAD_FAILED"

    path = f"/batch/{event['batchId']}"
    assert client.http.delete(client.base + path, timeout=60).json()["data"]["deleted"] is True
    assert client.get(path).status_code == 404
    assert client.http.delete(client.base + path, timeout=60).status_code == 404
    assert requests.get(event["resultsFile"]["url"], timeout=60).status_code in (403, 404)
    for each in answer.json()["data"]["jobs"]:
        assert client.get(f"/status/{each['jobId']}").status_code == 404
        assert client.get(f"/download/{each['jobId']}").status_code == 404


def test_a_single_video_is_deleted(text: TextClient, media: WebServer) -> None:
    answer = text.post("/videos/process", {"url": media.url("/plain/lecture.mp4"), "expires_after": 7200})
    job_id = answer.json()["data"]["job_id"]
    assert text.ended_job(job_id)["expires_after"] == 7200
    content = text.data(f"/videos/result/{job_id}")["content_url"]
    assert requests.get(content, timeout=60).status_code == 200
    assert text.http.delete(f"{text.base}/videos/{job_id}", timeout=60).status_code == 200
    assert text.get(f"/videos/result/{job_id}").status_code == 404
    assert requests.get(content, timeout=60).status_code in (403, 404)
