"""Where answers and events go: the queue that the message names, if the operator allows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.batches import finish, ids, store
from chalicelib.batches.model import Job
from chalicelib.intake import dead_letters, orders
from chalicelib.settings import settings
from tests.api import jobs, video_jobs
from tests.batches.aws_faults import refusing
from tests.intake import mail

QueueOf = Callable[[str], str]


def arn(name: str) -> str:
    return f"arn:aws:sqs:us-east-1:123456789012:{name}"


def deliver(queue: str) -> Any:
    [only] = mail.found_on(queue)
    return only


@pytest.mark.parametrize("form", ["arn", "url"])
def test_a_queue_that_is_allowed_gets_the_answer(key: str, queue_of: QueueOf, form: str) -> None:
    url = queue_of("answers-shop")
    mail.send(mail.audio(key=key, reply_to=url if form == "url" else arn("answers-shop")))
    assert mail.run() == []
    assert deliver(url)["type"] == "accepted"
    assert mail.found_on(settings().replies_queue) == []


@pytest.mark.usefixtures("queue_of")
@pytest.mark.parametrize(
    ("reply_to", "sentence"),
    [
        (arn("others"), "may not send to that queue"),
        ("arn:aws:sqs:us-east-1:999999999999:answers-shop", "may not send to that queue"),
        ("arn:aws:sqs:eu-west-1:123456789012:answers-shop", "in the region of this service"),
        ("arn:aws:sns:us-east-1:123456789012:answers-shop", "in the region of this service"),
        (arn("answers-shop.fifo"), "a standard SQS queue"),
        ("https://example.com/123456789012/answers-shop", "in the region of this service"),
        (arn("answers-/../batchreel-IntakeQueue"), "in the region of this service"),
        ("answers-shop", "must be the ARN or URL"),
        ("", "must be the ARN or URL"),
    ],
)
def test_a_queue_that_is_not_allowed_is_refused_on_the_own_one(
    key: str, reply_to: str, sentence: str
) -> None:
    reply = mail.answered(mail.audio(key=key, reply_to=reply_to))
    assert (reply["type"], reply["status"]) == ("refused", 400)
    assert sentence in reply["body"]["error"]["message"]


@pytest.mark.parametrize("name", ["IntakeQueue", "GivenUpQueue", "AudioNormalQueue", "TextHighQueue"])
def test_no_wildcard_covers_the_services_own_queues(
    key: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("BATCHREEL_REPLY_QUEUES", arn("*"))
    settings.cache_clear()
    reply = mail.answered(mail.audio(key=key, reply_to=mail.url(name)))
    assert "may not send to that queue" in reply["body"]["error"]["message"]


def test_the_own_replies_queue_may_be_named(key: str) -> None:
    assert mail.answered(mail.audio(key=key, reply_to=settings().replies_queue))["type"] == "accepted"


def test_a_refusal_goes_to_the_named_queue_too(queue_of: QueueOf) -> None:
    url = queue_of("answers-shop")
    mail.send({"api": "other", "reply_to": url, "correlation_id": "c"})
    mail.run()
    reply = deliver(url)
    assert (reply["type"], reply["correlation_id"]) == ("refused", "c")


def test_a_key_used_with_another_queue_is_a_conflict(key: str, queue_of: QueueOf) -> None:
    """Otherwise the second queue would be accepted, and hear nothing."""
    url = queue_of("answers-shop")
    mail.answered(mail.audio(key=key, idempotency_key="k"))
    mail.send(mail.audio(key=key, idempotency_key="k", reply_to=url))
    mail.run()
    assert deliver(url)["body"]["error"]["code"] == "IDEMPOTENCY_CONFLICT"


# ---------------------------------------------------------------- events


def accepted(message: dict[str, Any], queue: str) -> Any:
    mail.send({**message, "reply_to": queue})
    assert mail.run() == []
    return deliver(queue)["body"]["data"]


def aggregate(job: Job) -> None:
    batch = store.get_batch(job.token)
    assert batch
    finish.aggregate({"batch_id": batch.id})


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
    event = deliver(url)
    assert event["detail-type"] == "job.failed"
    error = event["detail"]["error"]
    assert (error["code"], error["retryable"]) == ("EXTRACTION_FAILED", False)
    assert (event["detail"]["result"], event["detail"]["files"]) == (None, None)


def test_a_text_job_is_told_without_its_text(key: str, queue_of: QueueOf) -> None:
    url = queue_of("answers-shop")
    data = accepted(mail.text(key=key), url)
    video_jobs.completed(data["individual_jobs"][0]["job_id"])
    told = deliver(url)["detail"]
    assert told["result"]["video"]["title"] == video_jobs.VIDEO.title
    assert told["result"]["transcript"]["language"] == "en"
    assert set(told["files"]) == {"bucket", "transcript", "result"}
    told["result"]["video"] = None
    assert not [word for word in ("This is a three", "sloppily") if word in json.dumps(told)]


def test_a_cancelled_job_is_told(key: str, queue_of: QueueOf) -> None:
    url = queue_of("answers-shop")
    data = accepted(mail.text(key=key), url)
    video_jobs.cancelled(data["individual_jobs"][0]["job_id"])
    event = deliver(url)
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
    told = deliver(url)["detail"]
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


# ---------------------------------------------------------------- dead letters


def dead(**changes: Any) -> dict[str, Any]:
    """The one message of intake, as it comes out of its dead-letter queue."""
    [record] = mail.records()
    attributes = {**record["attributes"], "ApproximateReceiveCount": "6"}
    return {**record, "attributes": attributes, **changes}


def bury(*records: Any) -> list[Any]:
    return list(dead_letters.handle({"Records": list(records)})["batchItemFailures"])


def test_a_dead_message_is_refused_and_kept_without_its_key(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATCHREEL_QUEUE_LIMIT", "0")
    settings.cache_clear()
    order = mail.audio(correlation_id="c")
    sent = mail.send({**order, "key": key})
    assert bury(dead()) == []
    reply = deliver(settings().replies_queue)
    assert (reply["type"], reply["status"], reply["correlation_id"]) == ("refused", 503, "c")
    assert reply["body"]["error"]["code"] == "QUEUE_FULL"
    kept = deliver(settings().given_up_queue)
    assert kept == {"message_id": sent, "error": reply["body"]["error"], "message": order}


def test_a_dead_message_that_was_accepted_is_told_so(key: str, queue_of: QueueOf) -> None:
    """Its queue took no answer, five times."""
    mail.send(mail.audio(key=key, reply_to=arn("answers-gone")))
    record = dead()
    assert len(orders.handle({"Records": [record]})["batchItemFailures"]) == 1
    assert bury(record) == []
    reply = deliver(settings().replies_queue)
    assert reply["type"] == "accepted"
    assert mail.found_on(settings().given_up_queue) == []


def test_a_dead_message_is_refused_for_its_own_reason(key: str, queue_of: QueueOf) -> None:
    mail.send(mail.audio(key=key, reply_to=arn("answers-gone"), colour="red"))
    assert bury(dead()) == []
    reply = deliver(settings().replies_queue)
    assert (reply["status"], reply["body"]["error"]["code"]) == (400, "INVALID_REQUEST")


def test_a_message_that_ends_whoever_looks_into_it_is_not_looked_into_for_ever(key: str) -> None:
    mail.send(mail.audio(key=key))
    record = dead(attributes={"ApproximateReceiveCount": "21"})
    assert bury(record) == []
    reply = deliver(settings().replies_queue)
    assert (reply["type"], reply["status"]) == ("refused", 500)


def test_a_dead_message_that_cannot_be_answered_stays(key: str) -> None:
    mail.send("poison")
    record = dead()
    with refusing("sqs", "SendMessage"):
        assert bury(record) == [{"itemIdentifier": record["messageId"]}]
    assert bury(record) == []
