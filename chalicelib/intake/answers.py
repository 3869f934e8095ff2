"""What a message is answered, and on which queue."""

from __future__ import annotations

import logging
from typing import Any

from chalicelib import metrics
from chalicelib.accounts import register
from chalicelib.accounts.account import Account
from chalicelib.api import order_faces
from chalicelib.api.order_faces import Answer
from chalicelib.api.orders import Face, Order
from chalicelib.batches import reply_queues
from chalicelib.errors import InvalidRequest, Unauthorized
from chalicelib.intake import reply_to
from chalicelib.intake.messages import Head, Message
from chalicelib.settings import settings

log = logging.getLogger(__name__)


def answer(message: Message) -> Answer:
    """Accepts the order if nothing is wrong with it. Never raises."""
    name = message.document.get("api")
    face = order_faces.face(name) if name in order_faces.FACES else None
    return order_faces.answered(face, lambda: _take(message))


def _take(message: Message) -> Any:
    if message.problem:
        raise message.problem
    head = message.head
    face = order_faces.face(head.api)
    order = Order(
        account=speaker(head, face),
        body=message.body,
        key=message.idempotency_key(head),
        reply_to=reply_to.url(head.reply_to) if head.reply_to is not None else None,
        correlation_id=head.correlation_id,
    )
    return (face.batch if face.arrays & message.document.keys() else face.single)(order)


def speaker(head: Head, face: Face) -> Account:
    """Raises InvalidRequest, Unauthorized, Forbidden, RateLimited."""
    if head.account is not None and head.key is not None:
        raise InvalidRequest("send key or account, not both")
    if head.key:
        return face.sender(head.key.get_secret_value())
    if head.account is None:
        raise Unauthorized("No API key: send it as key")
    if not settings().intake_trusts_accounts:
        raise Unauthorized("account: this service takes nobody's word for it, send key instead")
    return Account(head.account, register.plan_of(head.account))


def send(message: Message, told: Answer, *, anywhere: bool = False) -> None:
    """On the queue that the message names, if it may. `anywhere`: on the stack's own if that one refuses.
    Raises QueueRefuses, and what the SDK does."""
    reply = {
        "type": "accepted" if told.accepted else "refused",
        "correlation_id": message.correlation_id,
        "message_id": message.id,
        "status": told.status,
        "body": told.envelope,
    }
    try:
        reply_queues.send(_queue(message), reply)
    except reply_queues.QueueRefuses:
        metrics.count("RepliesRefused")
        if not anywhere:
            raise
        reply_queues.send(settings().replies_queue, reply)
    if not told.accepted:
        metrics.count("IntakeRefused")
        code = told.envelope["error"]["code"]
        log.warning("message refused: %s", code, extra={"message_id": message.id})


def _queue(message: Message) -> str:
    given = message.document.get("reply_to")
    try:
        return reply_to.url(given) if isinstance(given, str) else settings().replies_queue
    except InvalidRequest:
        return settings().replies_queue
