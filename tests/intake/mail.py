"""What a producer sends, what Lambda makes of it, and what a consumer finds on a queue."""

from __future__ import annotations

import json
from typing import Any

from chalicelib import aws
from chalicelib.intake import orders
from chalicelib.settings import settings
from tests.api.jobs import extract_body
from tests.api.video_jobs import watch


def url(name: str) -> str:
    """Of a queue of the stack by its logical id."""
    return settings().replies_queue.replace("RepliesQueue", name)


def audio(*jobs: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A batch on Converso's face."""
    return {"api": "audio_v1", "jobs": list(jobs) or [extract_body()], **more}


def text(*jobs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"api": "video_v1", "jobs": list(jobs) or [{"video_url": watch(1)}], **more}


def send(message: Any, **attributes: str) -> str:
    """The message's id."""
    body = message if isinstance(message, str) else json.dumps(message)
    given: Any = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    answer = aws.sqs().send_message(
        QueueUrl=settings().intake_queue, MessageBody=body, MessageAttributes=given
    )
    return answer["MessageId"]


def records(queue: str | None = None) -> list[dict[str, Any]]:
    """Every visible message of intake, each as Lambda hands it over."""
    found: list[dict[str, Any]] = []
    receive: Any = aws.sqs().receive_message
    asked = {"MaxNumberOfMessages": 10, "AttributeNames": ["All"], "MessageAttributeNames": ["All"]}
    while messages := receive(QueueUrl=queue or settings().intake_queue, **asked).get("Messages", []):
        found += [_record(message) for message in messages]
    return found


def _record(message: Any) -> dict[str, Any]:
    sent = message.get("MessageAttributes", {})
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {name: {"stringValue": a["StringValue"]} for name, a in sent.items()},
    }


def run() -> list[str]:
    """Let Lambda take what is visible; the ids of what comes back."""
    taken = records()
    answer = orders.handle({"Records": taken})
    kept = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
    for record in taken:
        if record["messageId"] not in kept:
            aws.sqs().delete_message(QueueUrl=settings().intake_queue, ReceiptHandle=record["receiptHandle"])
    return kept


def found_on(queue: str) -> list[Any]:
    """Every message of a queue, removed from it."""
    found = []
    while messages := aws.sqs().receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
        for message in messages:
            found.append(json.loads(message["Body"]))
            aws.sqs().delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return found


def answered(message: Any, **attributes: str) -> Any:
    """The only answer to one message, which then is gone."""
    message_id = send(message, **attributes)
    assert run() == []
    [reply] = found_on(settings().replies_queue)
    assert reply["message_id"] == message_id
    return reply


def only_on(queue: str) -> Any:
    [only] = found_on(queue)
    return only


def arn(name: str) -> str:
    return f"arn:aws:sqs:us-east-1:123456789012:{name}"
