"""Messages that came back too often: answered at last, and kept unless they were accepted after all."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import metrics
from chalicelib.api import order_faces
from chalicelib.api.order_faces import Answer
from chalicelib.batches import reply_queues
from chalicelib.batches.reply_queues import QueueRefuses
from chalicelib.errors import BatchreelError
from chalicelib.intake import answers, messages
from chalicelib.intake.messages import Message
from chalicelib.settings import settings

log = logging.getLogger(__name__)
MOST_RECEIVES = 20
"""Five of them in the intake queue: what is received still more often ends whoever looks into it."""

_GIVEN_UP = BatchreelError("The order was tried too often in vain: change it before you send it again")


def handle(event: Mapping[str, Any]) -> dict[str, Any]:
    unanswered = [record["messageId"] for record in event["Records"] if not _bury(messages.read(record))]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in unanswered]}


def _bury(message: Message) -> bool:
    """Whether it is answered. Tried once more: perhaps it was accepted, and only its answer was lost."""
    told = answers.answer(message) if message.receives <= MOST_RECEIVES else order_faces.refused(_GIVEN_UP)
    try:
        answers.send(message, told, anywhere=True)
        if not told.accepted:
            _keep(message, told)
    except (QueueRefuses, ClientError, BotoCoreError):
        log.exception("dead message not answered", extra={"message_id": message.id})
        return False
    return True


def _keep(message: Message, told: Answer) -> None:
    kept = {"message_id": message.id, "error": told.envelope["error"], "message": message.without_key}
    reply_queues.send(settings().given_up_queue, kept)
    metrics.count("IntakeGivenUp")
    log.error("message given up", extra={"message_id": message.id})
