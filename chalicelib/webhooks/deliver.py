"""One attempt at one webhook. The state machine calls it, and waits as long as it says."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import outbound
from chalicelib.accounts.secrets import webhook_secrets
from chalicelib.batches import ids, store
from chalicelib.batches.model import Batch, Job
from chalicelib.clock import Clock, now_ms
from chalicelib.errors import OutboundError, ServiceUnavailable
from chalicelib.settings import settings
from chalicelib.webhooks import deliveries, sign
from chalicelib.webhooks.schedule import Attempt, wait_seconds

log = logging.getLogger(__name__)
Render = Callable[[Job | Batch, Batch], bytes]
"""The body of the event that a job, of that batch, or a batch has ended, in the words of its API."""


def deliver(
    request: Mapping[str, Any],
    render: Render,
    clock: Clock = now_ms,
    chance: Callable[[], float] = random.random,
) -> dict[str, Any]:
    """`request`: subject (a job or batch id), event_id, recipient, attempt; the answer adds `outcome`
    (`delivered`, `retry` with `wait` in seconds, `gave_up`, `vanished`) and the next attempt's number.

    Raises ServiceUnavailable when AWS did not answer; the state machine then repeats the attempt.
    """
    try:
        found = _subject(request["subject"])
        if found is None:
            return {**request, "outcome": "vanished"}
        return {**request, **_attempt(request, *found, render, clock, chance)}
    except (ClientError, BotoCoreError) as error:
        raise ServiceUnavailable(str(error)) from error


def _subject(name: str) -> tuple[Job | Batch, Batch] | None:
    """What ended, and the batch it is of."""
    address = ids.parse(name)
    batch = store.get_batch(address.token) if address else None
    if address is None or batch is None:
        return None
    subject = store.get_job(*address) if address.number else batch
    return (subject, batch) if subject else None


def _attempt(
    request: Mapping[str, Any],
    subject: Job | Batch,
    batch: Batch,
    render: Render,
    clock: Clock,
    chance: Callable[[], float],
) -> dict[str, Any]:
    started, number = clock(), int(request["attempt"])
    body = render(subject, batch)
    secrets = webhook_secrets(subject.account, started)
    signature = sign.headers(secrets, request["event_id"], started // 1000, body)
    attempt, answer = _post(subject.webhooks[request["recipient"]], body, signature, number)
    wait = wait_seconds(attempt, now=started / 1000, random=chance)
    deliveries.record(
        deliveries.Record(
            token=subject.token,
            event_id=request["event_id"],
            recipient=request["recipient"],
            attempt=number,
            at=started,
            status=attempt.status,
            duration_ms=clock() - started,
            answer=answer,
            next_in=wait,
        )
    )
    return _outcome(attempt, wait)


def _post(url: str, body: bytes, signature: Mapping[str, str], number: int) -> tuple[Attempt, str]:
    headers = {"content-type": "application/json", "user-agent": "Batchreel-Webhooks/1", **signature}
    try:
        answer = outbound.post(url, body, headers, timeout=settings().webhook_timeout)
    except OutboundError as error:
        return Attempt(number, 0, timed_out=error.timed_out), error.message
    text = answer.body.decode("utf-8", "replace")
    return Attempt(number, answer.status, retry_after=answer.headers.get("retry-after")), text


def _outcome(attempt: Attempt, wait: int | None) -> dict[str, Any]:
    if wait is not None:
        return {"outcome": "retry", "wait": wait, "attempt": attempt.number + 1}
    if not attempt.delivered:
        log.error("webhook given up", extra={"status": attempt.status, "attempts": attempt.number})
    return {"outcome": "delivered" if attempt.delivered else "gave_up"}
