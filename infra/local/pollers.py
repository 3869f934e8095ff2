"""What Lambda's event source mappings and schedules do: fetch messages, invoke, delete what succeeded."""

from __future__ import annotations

import json
import logging
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

from infra.local.account import ACCOUNT, REGION
from infra.local.functions import Function, QueueEvent
from infra.local.sqs import Queues
from infra.local.sqs_rules import arn
from infra.local.workers import Answer

log = logging.getLogger(__name__)

Message = dict[str, Any]
Invoke = Callable[[Function, bytes], Answer]
LOOK_SECONDS = 0.5


def failed_ids(answer: Answer, sent: set[str], partial: bool) -> set[str]:
    """The messages that stay in the queue, by Lambda's rules for partial batch answers."""
    if answer.error:
        return sent
    if not partial:
        return set()
    value = json.loads(answer.payload or b"null")
    if value in (None, "", {}):
        return set()
    try:
        named = {entry["itemIdentifier"] for entry in value["batchItemFailures"] or ()}
    except (TypeError, KeyError):
        return set() if _says_nothing(value) else sent
    return cast(set[str], named) if named <= sent else sent


def _says_nothing(value: Any) -> bool:
    return isinstance(value, dict) and "batchItemFailures" not in value


def sqs_event(queue: str, messages: list[Message]) -> dict[str, Any]:
    return {"Records": [_record(queue, message) for message in messages]}


def _record(queue: str, message: Message) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {
            name: {"stringValue": value.get("StringValue"), "dataType": value["DataType"]}
            for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn(queue),
        "awsRegion": REGION,
    }


class QueuePoller:
    """Serves one event source mapping; `slots` holds a place for each worker that could run it."""

    def __init__(
        self,
        queues: Queues,
        queue: str,
        event: QueueEvent,
        function: Function,
        invoke: Invoke,
        slots: threading.Semaphore,
    ) -> None:
        self._queues, self._queue, self._event = queues, queue, event
        self._function, self._invoke, self._slots = function, invoke, slots
        self._concurrency = threading.Semaphore(event.maximum_concurrency or 1000)
        self._stopping = threading.Event()
        self._deliveries: set[threading.Thread] = set()
        self._thread = threading.Thread(target=self._run, name=f"poller-{event.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No message is received any more."""
        self._stopping.set()

    def join(self, until: Callable[[], float]) -> None:
        """Waits for what is in flight; `until` says how many seconds are left for that."""
        self._thread.join()
        for delivery in list(self._deliveries):
            delivery.join(until())

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._poll()
            except Exception:
                log.exception("polling %s", self._queue)
                self._stopping.wait(1)

    def _poll(self) -> None:
        if not self._queues.wait(self._queue, LOOK_SECONDS):
            return
        if not self._concurrency.acquire(timeout=LOOK_SECONDS):
            return
        if not self._slots.acquire(timeout=LOOK_SECONDS):
            self._concurrency.release()
            return
        messages = [] if self._stopping.is_set() else self._receive()
        if not messages:
            self._release()
            return
        delivery = threading.Thread(target=self._deliver, args=(messages,), daemon=True)
        self._deliveries.add(delivery)
        delivery.start()

    def _release(self) -> None:
        self._slots.release()
        self._concurrency.release()

    def _receive(self) -> list[Message]:
        request = {
            "QueueUrl": self._queue,
            "MaxNumberOfMessages": min(self._event.batch_size, 10),
            "WaitTimeSeconds": 0,
            "AttributeNames": ["All"],
            "MessageAttributeNames": ["All"],
        }
        messages: list[Message] = self._queues.call("ReceiveMessage", request).get("Messages", [])
        return messages

    def _deliver(self, messages: list[Message]) -> None:
        try:
            answer = self._invoke(self._function, json.dumps(sqs_event(self._queue, messages)).encode())
            kept = failed_ids(answer, {m["MessageId"] for m in messages}, self._event.partial)
            self._delete([m for m in messages if m["MessageId"] not in kept])
        except Exception:
            log.exception("delivering from %s", self._queue)
        finally:
            self._release()
            self._deliveries.discard(threading.current_thread())

    def _delete(self, messages: list[Message]) -> None:
        for message in messages:
            request = {"QueueUrl": self._queue, "ReceiptHandle": message["ReceiptHandle"]}
            self._queues.call("DeleteMessage", request)


class Timer:
    """Runs a function every `seconds`, one run at a time."""

    def __init__(self, function: Function, seconds: float, invoke: Invoke) -> None:
        self._function, self._seconds, self._invoke = function, seconds, invoke
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"timer-{function.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def join(self, until: Callable[[], float]) -> None:
        self._thread.join(until())

    def _run(self) -> None:
        while not self._stopping.wait(self._seconds):
            self._invoke(self._function, json.dumps(scheduled_event(self._function)).encode())


def scheduled_event(function: Function) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{function.logical_id}"],
        "detail": {},
    }
