"""Deliveries and their attempts in the words of this API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.api import pace
from chalicelib.clock import iso
from chalicelib.webhooks.attempts import Attempt
from chalicelib.webhooks.deliveries import Delivery


def delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "deliveryId": delivery.id,
        "event": delivery.event_type,
        "eventId": delivery.address.event_id,
        "subjectId": delivery.address.subject,
        "endpointId": delivery.address.endpoint_id,
        "url": delivery.url,
        "status": delivery.status.value,
        "reason": delivery.reason,
        "attemptCount": delivery.attempts,
        "lastStatusCode": delivery.last_status,
        "createdAt": iso(delivery.created_at),
        "updatedAt": iso(delivery.updated_at),
        "nextAttemptAt": pace.when(delivery.next_attempt_at),
    }


def detailed(found: Delivery, attempts: Sequence[Attempt]) -> dict[str, Any]:
    return {**delivery(found), "attempts": [attempt(each) for each in attempts]}


def attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "attempt": attempt.place,
        "trigger": attempt.trigger,
        "url": attempt.url,
        "at": iso(attempt.at),
        "statusCode": attempt.status,
        "durationMs": attempt.duration_ms,
    }


def with_answer(made: Attempt) -> dict[str, Any]:
    return {**attempt(made), "answer": made.answer}
