"""Queues deliver at least once. To the outside everything happens once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local import account
from infra.local.stack import LocalStack
from tests.e2e.client import Client, job
from tests.e2e.events import wait_for_event
from tests.stand_ins.web import Receiver, WebServer
from tests.waiting import wait_for


@pytest.fixture
def sqs(stack: LocalStack) -> Iterator[Any]:
    client = account.client("sqs", stack.aws_url)
    yield client
    client.close()


def send_again(stack: LocalStack, sqs: Any, job_id: str) -> None:
    queue = stack.env["BATCHREEL_QUEUE_URL_AUDIO_NORMAL"]
    for _ in range(3):
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"job": job_id}))
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")

    def taken() -> bool:
        found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
        return sum(int(found[name]) for name in names) <= 1

    wait_for(taken)


def test_of_a_running_and_of_a_finished_job(
    stack: LocalStack, client: Client, media: WebServer, receiver: Receiver, sqs: Any
) -> None:
    accepted = client.submit(job(media.url("/gated/talk.mp4")), webhook=receiver.url("/hook"))
    job_id = accepted["jobs"][0]["jobId"]
    wait_for(lambda: client.data(f"/status/{job_id}")["status"] == "processing")
    send_again(stack, sqs, job_id)
    assert client.data(f"/status/{job_id}")["status"] == "processing"
    media.gate.set()
    ended = client.ended(accepted["batchId"])
    media.gate.clear()
    before = client.data(f"/status/{job_id}")
    send_again(stack, sqs, job_id)
    after = client.data(f"/status/{job_id}")
    for status in (before, after):
        status["outputFile"].pop("url")  # signed anew each time
    assert after == before
    again = client.data(f"/batch/{accepted['batchId']}")
    assert (again["status"], again["completedAt"]) == (ended["status"], ended["completedAt"])
    assert len([p for p in media.paths() if p == "/gated/talk.mp4"]) <= 2  # the other is another test's
    wait_for_event(stack, receiver, "job.completed")
    seen = wait_for_event(stack, receiver, "batch.completed")
    ids = [event_id for event_id, _ in seen]
    assert len(ids) == len(set(ids)) == 2
