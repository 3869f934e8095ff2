"""Plays Lambda and its queues for the engine, one message at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib import aws
from chalicelib.batches import open_index, queues, store, watchdog, work
from chalicelib.batches.model import Batch, Job, NewJob
from chalicelib.batches.submit import Accepted, Submission, submit
from chalicelib.settings import settings
from tests.clock import FakeClock


class Context:
    def get_remaining_time_in_millis(self) -> int:
        return 900_000


def submission(
    *wishes: str,
    webhooks: Sequence[str] = (),
    key: str | None = None,
    account: str = "acme",
    **options: Any,
) -> Submission:
    return Submission(
        account=account,
        kind="echo",
        face="audio_v1",
        jobs=[NewJob({"do": wish}, webhooks=tuple(webhooks)) for wish in wishes],
        webhooks=tuple(webhooks),
        idempotency=(key, "/echo") if key else None,
        **options,
    )


def accept(clock: FakeClock, *wishes: str, **options: Any) -> Accepted:
    return submit(submission(*wishes, **options), clock)


def receive() -> list[dict[str, Any]]:
    """Every message now visible on the queue, each as Lambda hands it over."""
    url = queues.url("echo", "normal")
    found: list[dict[str, Any]] = []
    while messages := aws.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        found.extend(
            {"body": m["Body"], "receiptHandle": m["ReceiptHandle"], "messageId": m["MessageId"]}
            for m in messages
        )
    return found


def work_off(clock: FakeClock) -> list[int | None]:
    """Process what is visible and delete what is done with; the pauses that were asked for."""
    pauses = []
    for message in receive():
        pause = work.process(message["body"], Context(), clock)
        pauses.append(pause)
        if pause is None:
            aws.sqs().delete_message(
                QueueUrl=queues.url("echo", "normal"), ReceiptHandle=message["receiptHandle"]
            )
    return pauses


def loaded(accepted: Accepted) -> tuple[Batch, list[Job]]:
    found = store.load(accepted.batch.token)
    assert found
    return found


def executions() -> list[str]:
    """Names of all finish executions ever started."""
    pages = aws.stepfunctions().list_executions(stateMachineArn=settings().finish_arn)
    return sorted(execution["name"] for execution in pages["executions"])


def recover(clock: FakeClock) -> None:
    """What time brings after a crash: leases run out, the watchdog looks, messages arrive."""
    for _ in range(2):
        clock.forward(1000)
        watchdog.sweep(clock)
        work_off(clock)


def open_batches(clock: FakeClock) -> list[str]:
    return list(open_index.tokens(open_index.OPEN, clock.now + 10**9))
