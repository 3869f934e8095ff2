"""The ends of jobs and batches, on the bus and on the queue that the order names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.batches import finish, ids, store
from chalicelib.batches.model import Job
from chalicelib.settings import settings
from tests.api import jobs, video_jobs
from tests.batches.aws_faults import refusing
from tests.intake import mail

GUIDE = (Path(__file__).parents[2] / "docs" / "queues.md").read_text()
QueueOf = Callable[[str], str]


def accepted(message: dict[str, Any], queue: str) -> Any:
    mail.send({**message, "reply_to": queue})
    assert mail.run() == []
    return mail.only_on(queue)["body"]["data"]


def aggregate(job: Job) -> None:
    batch = store.get_batch(job.token)
    assert batch
    finish.aggregate({"batch_id": batch.id})


def example(text: str) -> Any:
    """The guide's JSON with this in it."""
    [found] = [block for block in re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL) if text in block]
    return json.loads(found)


def named(event: Any) -> list[set[str]]:
    detail = event["detail"]
    return [set(event), set(detail), set(detail["result"]), set(detail["files"])]


@pytest.mark.parametrize(("kind", "more"), [("accepted", {}), ("refused", {"colour": "red"})])
def test_an_answer_has_the_fields_of_the_guide(key: str, kind: str, more: dict[str, Any]) -> None:
    shown = example(f'"type": "{kind}"')
    reply = mail.answered(mail.audio(key=key, **more))
    assert (set(reply), reply["type"], reply["status"]) == (set(shown), kind, shown["status"])
    assert set(reply["body"]) == set(shown["body"])


def test_a_job_and_its_batch_are_told_on_the_bus_and_on_the_queue(key: str, queue_of: QueueOf) -> None:
    url = queue_of("answers-shop")
    body = jobs.extract_body(customId="first")
    data = accepted(mail.audio(body, key=key, correlation_id="c 1", metadata={"shop": "7"}), url)
    job = jobs.completed(data["jobs"][0]["jobId"])
    aggregate(job)
    on_queue, on_bus = mail.found_on(url), mail.found_on(mail.url("EventsQueue"))
    assert [event["detail-type"] for event in on_queue] == ["job.completed", "batch.completed"]
    assert {event["type"] for event in on_queue} == {"event"}
    assert [event["detail"] for event in on_bus] == [event["detail"] for event in on_queue]
    assert {event["source"] for event in on_bus} == {"batchreel"}
    assert named(on_queue[0]) == named(example("job.completed"))
    told = on_queue[0]["detail"]
    assert told["event_id"] == job.event_id
    assert (told["job_id"], told["batch_id"], told["index"]) == (job.id, data["batchId"], 1)
    assert (told["version"], told["account"], told["api"]) == (1, "acme", "audio_v1")
    assert (told["custom_id"], told["correlation_id"], told["metadata"]) == ("first", "c 1", {"shop": "7"})
    assert (told["status"], told["attempts"], told["error"]) == ("completed", 1, None)
    assert told["result"]["output"]["filename"] == "video.mp3"
    assert "key" not in told["result"]["output"]
    key_of_file = told["files"]["audio"]
    assert aws.s3().get_object(Bucket=told["files"]["bucket"], Key=key_of_file)["Body"].read() == jobs.BYTES
    ended = on_queue[1]["detail"]
    assert (ended["status"], ended["counts"]["completed"]) == ("completed", 1)
    lines = aws.s3().get_object(Bucket=ended["files"]["bucket"], Key=ended["files"]["results"])
    assert json.loads(lines["Body"].read())["job_id"] == job.id


def test_a_failed_job_is_told_with_its_error(key: str, queue_of: QueueOf) -> None:
    url = queue_of("answers-shop")
    data = accepted({"api": "audio_v1", "key": key, **jobs.extract_body()}, url)
    jobs.failed(data["jobId"])
    event = mail.only_on(url)
    assert event["detail-type"] == "job.failed"
    error = event["detail"]["error"]
    assert (error["code"], error["retryable"]) == ("EXTRACTION_FAILED", False)
    assert (event["detail"]["result"], event["detail"]["files"]) == (None, None)


def test_a_text_job_is_told_without_its_text(key: str, queue_of: QueueOf) -> None:
    url = queue_of("answers-shop")
    data = accepted(mail.text(key=key), url)
    video_jobs.completed(data["individual_jobs"][0]["job_id"])
    told = mail.only_on(url)["detail"]
    assert told["result"]["video"]["title"] == video_jobs.VIDEO.title
    assert told["result"]["transcript"]["language"] == "en"
    assert set(told["files"]) == {"bucket", "transcript", "result"}
    told["result"]["video"] = None
    assert not [word for word in ("This is a three", "sloppily") if word in json.dumps(told)]


def test_a_cancelled_job_is_told(key: str, queue_of: QueueOf) -> None:
    url = queue_of("answers-shop")
    data = accepted(mail.text(key=key), url)
    video_jobs.cancelled(data["individual_jobs"][0]["job_id"])
    event = mail.only_on(url)
    assert (event["detail-type"], event["detail"]["status"]) == ("job.cancelled", "cancelled")


def test_what_came_by_http_is_told_on_the_bus(key: str) -> None:
    reply = mail.answered(mail.audio(key=key))
    jobs.completed(reply["body"]["data"]["jobs"][0]["jobId"])
    [event] = mail.found_on(mail.url("EventsQueue"))
    assert event["detail"]["correlation_id"] is None
    assert mail.found_on(settings().replies_queue) == []  # answers only, unless it is named


def test_an_event_fits_whatever_is_in_it(key: str, queue_of: QueueOf) -> None:
    url = queue_of("answers-shop")
    full = {"é" * 60 + str(n): "é" * 512 for n in range(10, 26)}
    body = jobs.extract_body(customId="é" * 64)
    message = mail.audio(body, key=key, metadata=full, correlation_id="é" * 255)
    job_id = accepted(message, url)["jobs"][0]["jobId"]
    jobs.completed(job_id, name="é" * 200_000)
    told = mail.only_on(url)["detail"]
    assert (told["metadata"], told["result"]) == (full, None)
    assert len(json.dumps(told).encode()) < 256_000
    assert told["files"]["audio"]


def test_characters_that_sqs_does_not_take_arrive_all_the_same(key: str, queue_of: QueueOf) -> None:
    url = queue_of("answers-shop")
    odd = "a\ufffe\uffff\x00\u2028b"
    accepted(mail.audio(key=key, correlation_id=odd), url)
    mail.send(mail.audio(key=key, correlation_id=odd, reply_to=url))
    mail.run()
    [raw] = aws.sqs().receive_message(QueueUrl=url)["Messages"]
    assert not [each for each in raw["Body"] if each in "\ufffe\uffff\x00"]
    assert json.loads(raw["Body"])["correlation_id"] == odd


def test_what_was_counted_is_not_told_again(key: str, queue_of: QueueOf) -> None:
    url = queue_of("answers-shop")
    job = jobs.completed(accepted(mail.audio(key=key), url)["jobs"][0]["jobId"])
    finish.settle(job)
    assert len(mail.found_on(url)) == 1


@pytest.mark.parametrize("fault", ["gone", "forbidden"])
def test_a_queue_that_takes_nothing_does_not_keep_the_batch_from_its_end(
    key: str, queue_of: QueueOf, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    url = queue_of("answers-shop")
    data = accepted(mail.audio(key=key), url)
    if fault == "gone":
        aws.sqs().delete_queue(QueueUrl=url)
        aggregate(jobs.completed(data["jobs"][0]["jobId"]))
    else:
        with refusing("sqs", "SendMessage", code="AccessDenied"):
            aggregate(jobs.completed(data["jobs"][0]["jobId"]))
    address = ids.parse(data["batchId"])
    assert address
    batch = store.get_batch(address.token)
    assert batch
    assert batch.status == "completed"
    assert capsys.readouterr().out.count('"RepliesRefused": 1') == 2
    assert len(mail.found_on(mail.url("EventsQueue"))) == 2
