"""A job that kills every worker that touches it ends through the dead-letter queue, and so its batch ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import account
from infra.local.stack import LocalStack
from tests.e2e.client import Client, job
from tests.e2e.events import wait_for_event
from tests.permissions import judged
from tests.privacy import LOUD, private_log
from tests.stand_ins.loopback import Handler, Loopback
from tests.stand_ins.web import Receiver, WebServer

NO_WATCHDOG = {
    "BATCHREEL_SCHEDULE_SECONDS": "3600",
    "BATCHREEL_LEASE_SECONDS": "1",
    "BATCHREEL_MAX_ATTEMPTS": "99",
    "BATCHREEL_WEBHOOK_SCHEDULE": "0,1",
}
SOON = {"VisibilityTimeout": "4"}  # well after the lease, so that each delivery finds a job nobody holds


class Poison(Loopback):
    """The worker that asks for the video is killed."""

    def __init__(self, stack: LocalStack) -> None:
        super().__init__(_Killer)
        self.stack = stack
        self.victims = 0


class _Killer(Handler):
    owner: Poison

    def do_GET(self) -> None:
        self.owner.victims += 1
        os.kill(_asking(self.client_address[1], self.owner.stack.worker_pids()), signal.SIGKILL)


def _asking(port: int, pids: list[int]) -> int:
    """Which of the processes has the connection from that local port, read off /proc."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    [inode] = {row[9] for row in rows if row[1].endswith(f":{port:04X}") and row[9] != "0"}
    for pid in pids:
        if any(_link(fd) == f"socket:[{inode}]" for fd in Path(f"/proc/{pid}/fd").iterdir()):
            return pid
    raise AssertionError("nobody has this connection")


def _link(fd: Path) -> str:
    try:
        return str(fd.readlink())
    except FileNotFoundError:
        return ""


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    env = {**LOUD, **NO_WATCHDOG}
    with private_log() as log, judged(LocalStack(workers=2, env=env, log=log)) as running:
        sqs = account.client("sqs", running.aws_url)
        queue = running.env["BATCHREEL_QUEUE_URL_AUDIO_NORMAL"]
        sqs.set_queue_attributes(QueueUrl=queue, Attributes=SOON)
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
        batch = client.ended(accepted["batchId"])
    assert batch["status"] == "partial_failure"
    assert batch["jobs"][0]["error"]["code"] == "WORKER_LOST"
    assert batch["jobs"][0]["error"]["retryable"] is True
    assert poison.victims == 5  # maxReceiveCount
    for event in ("job.completed", "job.failed", "batch.completed"):
        seen = wait_for_event(stack, receiver, event)
    assert len({event_id for event_id, _ in seen}) == 3
    client.close()
