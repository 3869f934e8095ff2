"""A job that kills every worker that touches it ends through the dead-letter queue, and so its batch ends."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from infra.local import account
from infra.local.stack import LocalStack
from tests.e2e.client import Client, job
from tests.e2e.events import wait_for_event
from tests.stand_ins.loopback import Handler, Loopback
from tests.stand_ins.web import Receiver, WebServer
from tests.waiting import wait_for

NO_WATCHDOG = {
    "BATCHREEL_SCHEDULE_SECONDS": "3600",
    "BATCHREEL_LEASE_SECONDS": "1",
    "BATCHREEL_MAX_ATTEMPTS": "99",
    "BATCHREEL_WEBHOOK_SCHEDULE": "0,1",
}


class Poison(Loopback):
    """Whoever asks for the video is killed, from when it is armed."""

    def __init__(self, stack: LocalStack) -> None:
        super().__init__(_Killer)
        self.stack = stack
        self.victims = 0
        self.armed = threading.Event()


class _Killer(Handler):
    owner: Poison

    def do_GET(self) -> None:
        self.owner.armed.wait()
        self.owner.victims += 1
        for pid in self.owner.stack.worker_pids():
            os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with LocalStack(workers=2, env=NO_WATCHDOG) as running:
        sqs = account.client("sqs", running.aws_url)
        queue = running.env["BATCHREEL_QUEUE_AUDIO_NORMAL"]
        # longer than a fresh worker takes to start: a message that meets a living lease is done with
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "4"})
        sqs.close()
        yield running


def test_it_fails_and_the_batch_ends(stack: LocalStack, media: WebServer, receiver: Receiver) -> None:
    client = Client(stack)
    with Poison(stack) as poison:
        accepted = client.submit(
            job(poison.url("/video.mp4")),
            job(media.url("/plain/talk.mp4"), options={"priority": "high"}),
            webhook=receiver.url("/hook"),
        )
        healthy = accepted["jobs"][1]["jobId"]
        wait_for(lambda: client.data(f"/status/{healthy}")["status"] == "completed")
        poison.armed.set()
        batch = client.ended(accepted["batchId"])
    assert batch["status"] == "partial_failure"
    assert batch["jobs"][0]["error"]["code"] == "WORKER_LOST"
    assert batch["jobs"][0]["error"]["retryable"] is True
    assert poison.victims == 5  # maxReceiveCount
    seen = wait_for_event(stack, receiver, "batch.completed")
    assert len({event_id for event_id, _ in seen}) == 3
    client.close()
