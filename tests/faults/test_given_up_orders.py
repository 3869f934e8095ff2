"""Orders that find no room for long, and orders whose answer nobody takes: each is answered in the end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local import account
from infra.local.stack import LocalStack
from tests.e2e.client import job
from tests.permissions import judged
from tests.privacy import LOUD, private_log
from tests.waiting import wait_for

ENV = {
    "BATCHREEL_QUEUE_LIMIT": "1",
    "BATCHREEL_RETRY_SECONDS": "0",
    "BATCHREEL_SECONDS_PER_JOB": "1",
    "BATCHREEL_REPLY_QUEUES": account.arn("sqs", "answers-*"),
}


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with private_log() as log, judged(LocalStack(workers=2, env={**LOUD, **ENV}, log=log)) as running:
        yield running


@pytest.fixture
def sqs(stack: LocalStack) -> Iterator[Any]:
    client = account.client("sqs", stack.aws_url)
    yield client
    client.close()


def taken(sqs: Any, queue: str) -> Any:
    """The next message of a queue, removed from it."""
    found: list[Any] = []

    def receive() -> bool:
        found[:] = sqs.receive_message(QueueUrl=queue).get("Messages", [])
        return bool(found)

    wait_for(receive)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=found[0]["ReceiptHandle"])
    return json.loads(found[0]["Body"])


def ordered(stack: LocalStack, sqs: Any, jobs: int, **more: Any) -> dict[str, Any]:
    listed = [job("https://127.0.0.1:1/a.mp4")] * jobs
    order = {"api": "audio_v1", "jobs": listed, "correlation_id": "c", **more}
    message = json.dumps({**order, "key": stack.key})
    sqs.send_message(QueueUrl=stack.outputs["IntakeQueue"], MessageBody=message)
    return order


def test_an_order_that_finds_no_room_five_times_is_refused_and_kept(stack: LocalStack, sqs: Any) -> None:
    order = ordered(stack, sqs, jobs=2)
    reply = taken(sqs, stack.outputs["RepliesQueue"])
    assert (reply["type"], reply["status"], reply["correlation_id"]) == ("refused", 503, "c")
    assert reply["body"]["error"]["code"] == "QUEUE_FULL"
    kept = taken(sqs, stack.outputs["GivenUpQueue"])
    assert (kept["message"], kept["message_id"]) == (order, reply["message_id"])
    assert kept["error"] == reply["body"]["error"]


def test_an_order_whose_queue_takes_no_answer_is_answered_on_the_stacks_own(
    stack: LocalStack, sqs: Any
) -> None:
    ordered(stack, sqs, jobs=1, reply_to=account.arn("sqs", "answers-gone"))
    reply = taken(sqs, stack.outputs["RepliesQueue"])
    assert reply["type"] == "accepted"
    job_id = reply["body"]["data"]["jobs"][0]["jobId"]
    event = taken(sqs, stack.outputs["EventsQueue"])
    assert event["detail"]["job_id"] == job_id
    assert taken(sqs, stack.outputs["EventsQueue"])["detail-type"] == "batch.completed"
