"""The messages of the intake queue, ten at most at a time, each for itself."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import aws
from chalicelib.batches.reply_queues import QueueRefuses
from chalicelib.intake import answers, messages
from chalicelib.intake.messages import Message
from chalicelib.settings import settings

log = logging.getLogger(__name__)
LONGEST_PAUSE = 3600
"""Seconds. All five of them fit into the day that an idempotency key is good for."""


def handle(event: Mapping[str, Any]) -> dict[str, Any]:
    """A Lambda SQS event; the answer names the messages that are to come back."""
    failures = []
    for record in event["Records"]:
        pause = process(messages.read(record))
        if pause is not None:
            _delay(record["receiptHandle"], pause)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def process(message: Message) -> int | None:
    """Seconds until the message should come back; None when it is answered."""
    told = answers.answer(message)
    if told.transient:
        return _pause(message, told.retry_after or 0)
    try:
        answers.send(message, told)
    except (QueueRefuses, ClientError, BotoCoreError) as error:
        log.warning("message not answered: %s", error, extra={"message_id": message.id})
        return _pause(message, 0)
    return None


def _pause(message: Message, asked_for: int) -> int:
    pause = max(settings().retry_seconds << (message.receives - 1), asked_for)
    return min(pause, LONGEST_PAUSE)


def _delay(receipt: str, seconds: int) -> None:
    """What cannot be told comes back after its queue's own time."""
    queue = settings().intake_queue
    try:
        aws.sqs().change_message_visibility(QueueUrl=queue, ReceiptHandle=receipt, VisibilityTimeout=seconds)
    except (ClientError, BotoCoreError):
        log.warning("message comes back at its queue's own time", exc_info=True)
