"""Sources and results that go through S3: uploads, and buckets of others."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from infra.local import account
from infra.local.stack import LocalStack
from tests.e2e.client import Client

TALK = account.ROOT / "infra" / "demo" / "media" / "talk.mp4"


def announced(client: Client, file: Path) -> Any:
    body = {"size": file.stat().st_size, "contentType": "video/mp4", "filename": file.name}
    answer = client.post("/uploads", body)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def sent(client: Client, file: Path) -> str:
    """With the standard library's client, which adds no header of its own but Host and Accept-Encoding."""
    upload = announced(client, file)
    link = urlsplit(upload["url"])
    connection = http.client.HTTPConnection(link.netloc, timeout=60)
    connection.request("PUT", f"{link.path}?{link.query}", file.read_bytes(), upload["headers"])
    assert connection.getresponse().status == 200
    connection.close()
    return str(upload["uploadId"])


def job_for(upload_id: str, **output: Any) -> dict[str, Any]:
    return {"source": {"type": "upload", "file": upload_id}, "output": {"format": "mp3", **output}}


def test_a_file_is_sent_extracted_and_fetched(client: Client) -> None:
    upload_id = sent(client, TALK)
    answer = client.post("/extract", job_for(upload_id))
    assert answer.status_code == 202, answer.text
    job_id = answer.json()["data"]["jobId"]
    status = client.job_ended(job_id)
    assert status["status"] == "completed", status
    assert (status["inputFile"]["name"], status["inputFile"]["size"]) == ("talk.mp4", TALK.stat().st_size)
    assert status["outputFile"]["filename"] == "talk.mp3"
    audio = client.get(f"/download/{job_id}")
    assert (audio.status_code, len(audio.content)) == (200, status["outputFile"]["size"])


def test_of_many_requests_at_once_one_gets_the_upload(client: Client) -> None:
    upload_id = sent(client, TALK)

    def submit(_: int) -> requests.Response:
        return requests.post(
            client.base + "/extract", json=job_for(upload_id), headers=dict(client.http.headers), timeout=60
        )

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(submit, range(8)))
    assert sorted(answer.status_code for answer in answers) == [202] + [409] * 7
    refused = {answer.json()["error"]["code"] for answer in answers if answer.status_code == 409}
    assert refused == {"UPLOAD_ALREADY_USED"}
    [accepted] = [answer.json()["data"]["jobId"] for answer in answers if answer.status_code == 202]
    assert client.job_ended(accepted)["status"] == "completed"


def test_a_link_takes_no_second_file(client: Client) -> None:
    upload = announced(client, TALK)
    content = TALK.read_bytes()
    answers = [
        requests.put(upload["url"], data=data, headers=upload["headers"], timeout=60).status_code
        for data in (content, bytes(len(content)))
    ]
    assert answers == [200, 412]
    accepted = client.submit(job_for(upload["uploadId"]))
    assert client.ended(accepted["batchId"])["status"] == "completed"


def test_an_upload_that_was_never_sent_is_refused(client: Client) -> None:
    answer = client.post("/extract", job_for(announced(client, TALK)["uploadId"]))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_SOURCE")


@pytest.fixture
def customer(stack: LocalStack) -> Iterator[Any]:
    s3 = account.client("s3", stack.aws_url)
    s3.create_bucket(Bucket="customer")
    s3.upload_file(str(TALK), "customer", "videos/my talk.mp4")
    yield s3
    s3.close()


def test_from_a_bucket_of_the_callers_into_another(client: Client, customer: Any) -> None:
    """What cannot be written is told, and harms no other job."""
    source = {"type": "url", "url": "s3://customer/videos/my talk.mp4"}
    accepted = client.submit(
        {"source": source, "output": {"format": "flac", "destination": "s3://customer/audio/"}},
        {"source": source, "output": {"format": "mp3", "destination": "s3://vanished/audio/"}},
        {"source": {"type": "url", "url": "s3://customer/videos/none.mp4"}, "output": {"format": "mp3"}},
    )
    batch = client.ended(accepted["batchId"])
    codes = [job.get("error", {}).get("code") for job in batch["jobs"]]
    assert codes == [None, "DESTINATION_FAILED", "DOWNLOAD_FAILED"]
    status = client.data(f"/status/{accepted['jobs'][0]['jobId']}")
    assert status["outputFile"]["destination"] == "s3://customer/audio/my talk.flac"
    copied = customer.get_object(Bucket="customer", Key="audio/my talk.flac")["Body"].read()
    assert copied == requests.get(status["outputFile"]["url"], timeout=60).content


def test_a_bucket_that_is_not_listed_is_refused(client: Client, stack: LocalStack) -> None:
    url = f"s3://{stack.outputs['Bucket']}/jobs/x"
    answer = client.post("/extract", {"source": {"type": "url", "url": url}, "output": {"format": "mp3"}})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_SOURCE")
