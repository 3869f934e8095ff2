"""What Lambda's event source mappings and schedules do: fetch messages, invoke, delete what succeeded."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from infra.local.account import ACCOUNT, REGION, arn
from infra.local.functions import Function, QueueEvent
from infra.local.sqs import Queues
from infra.local.workers import Answer, Pool

LOOK_SECONDS = 0.2


def failed_ids(answer: Answer, sent: set[str], partial: bool) -> set[str]:
    """The messages that stay in the queue, by Lambda's rules for partial batch answers."""
    if answer.error:
        return sent
    if not partial:
        return set()
    value = json.loads(answer.payload)
    if value in (None, ""):
        return set()
    try:
        named = {entry["itemIdentifier"] for entry in value.get("batchItemFailures") or ()}
    except (AttributeError, KeyError, TypeError):
        return sent
    return named if named <= sent else sent


def _record(queue: str, message: dict[str, Any]) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {
            name: {"stringValue": given.get("StringValue"), "dataType": given["DataType"]}
            for name, given in message.get("MessageAttributes", {}).items()
        },
        "eventSource": "aws:sqs",
        "eventSourceARN": arn("sqs", queue),
        "awsRegion": REGION,
    }


def _scheduled_event(function: Function) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [arn("events", f"rule/{function.logical_id}")],
        "detail": {},
    }


class Pollers:
    """Threads that invoke functions of their own accord."""

    def __init__(self, queues: Queues) -> None:
        self._queues = queues
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def poll(self, queue: str, event: QueueEvent, function: Function, pool: Pool) -> None:
        """Deliver the messages of a queue; more threads than workers would only wait."""
        for _ in range(min(event.maximum_concurrency, pool.size)):
            self._start(self._deliver_all, queue, event, function, pool)

    def repeat(self, seconds: float, function: Function, pool: Pool) -> None:
        """Run a function every so many seconds, one run at a time."""
        self._start(self._tick, seconds, function, pool)

    def stop(self, seconds: float) -> None:
        """Nothing is begun any more; what is in flight has so long to end."""
        self._stopping.set()
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _start(self, target: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _tick(self, seconds: float, function: Function, pool: Pool) -> None:
        while not self._stopping.wait(seconds):
            pool.invoke(function, json.dumps(_scheduled_event(function)).encode())

    def _deliver_all(self, queue: str, event: QueueEvent, function: Function, pool: Pool) -> None:
        while not self._stopping.is_set():
            if self._queues.wait(queue, LOOK_SECONDS) and pool.slots.acquire(timeout=LOOK_SECONDS):
                try:
                    self._deliver(queue, event, function, pool)
                finally:
                    pool.slots.release()

    def _deliver(self, queue: str, event: QueueEvent, function: Function, pool: Pool) -> None:
        request = {
            "QueueUrl": queue,
            "MaxNumberOfMessages": event.batch_size,
            "MessageAttributeNames": ["All"],
        }
        messages = self._queues.call("ReceiveMessage", request)["Messages"]
        if not messages or self._stopping.is_set():
            return
        records = [_record(queue, message) for message in messages]
        answer = pool.invoke(function, json.dumps({"Records": records}).encode())
        kept = failed_ids(answer, {m["MessageId"] for m in messages}, event.partial)
        for message in messages:
            if message["MessageId"] not in kept:
                done = {"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]}
                self._queues.call("DeleteMessage", done)
