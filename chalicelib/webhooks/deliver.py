"""One attempt at one webhook. The state machine calls it, and waits as long as it says.

An attempt that is on record is not made again: repeated after a crash, it only has its consequences.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import outbound
from chalicelib.clock import Clock, now_ms
from chalicelib.errors import OutboundError, ServiceUnavailable
from chalicelib.settings import settings
from chalicelib.webhooks import attempts, consequences, deliveries, event, order, recipients, schedule, sign
from chalicelib.webhooks.attempts import Attempt
from chalicelib.webhooks.event import Event, Renderer
from chalicelib.webhooks.order import Order
from chalicelib.webhooks.recipients import Cancelled, Recipient

Chance = Callable[[], float]


def deliver(
    request: Mapping[str, Any],
    renderer: Renderer,
    clock: Clock = now_ms,
    chance: Chance = random.random,
) -> dict[str, Any]:
    """`request`: as order.read takes it; the answer adds `outcome` (`delivered`, `retry` with `wait` in
    seconds, `gave_up`, `cancelled`) and the next attempt's number.

    Raises ServiceUnavailable when AWS did not answer; the state machine then repeats the attempt.
    """
    try:
        return {**request, **_deliver(order.read(request), renderer, clock, chance)}
    except (ClientError, BotoCoreError) as error:
        raise ServiceUnavailable(str(error)) from error


def _deliver(wanted: Order, renderer: Renderer, clock: Clock, chance: Chance) -> dict[str, Any]:
    found = event.find(wanted.address, wanted.tester)
    if found is None:
        return _cancelled(wanted, None, Cancelled.SUBJECT_DELETED, clock())
    made = attempts.find(wanted.address, wanted.run, wanted.number)
    if made is None:
        recipient = recipients.resolve(found, wanted.address, clock())
        if isinstance(recipient, Cancelled):
            return _cancelled(wanted, found, recipient, clock())
        made = _make(wanted, found, recipient, renderer, clock, chance)
    made = attempts.record(wanted.address, made, clock())
    consequences.follow(found, wanted.address, made, clock())
    return _outcome(made)


def _cancelled(wanted: Order, found: Event | None, why: Cancelled, now: int) -> dict[str, Any]:
    """It is on record, so that a recovery finds it. An attempt by hand changes nothing."""
    if wanted.trigger != attempts.MANUAL:
        if found:
            _begin(wanted, found, None, now)
        deliveries.cancel(wanted.address, why, now)
    return {"outcome": "cancelled"}


def _make(
    wanted: Order, found: Event, recipient: Recipient, renderer: Renderer, clock: Clock, chance: Chance
) -> Attempt:
    """The delivery is on record before it is tried: whatever crashes, it is in the log."""
    started = clock()
    _begin(wanted, found, recipient.url, started)
    body = renderer.body(found, wanted.address, started)
    signature = sign.headers(recipient.secrets, found.id, started // 1000, body)
    answer, text = _post(recipient.url, body, signature, wanted.number)
    again = wanted.repeated
    return Attempt(
        run=wanted.run,
        number=wanted.number,
        url=deliveries.shown(recipient.url),
        at=started,
        status=answer.status,
        duration_ms=clock() - started,
        answer=text,
        next_in=schedule.wait_seconds(answer, now=started / 1000, random=chance) if again else None,
    )


def _begin(wanted: Order, found: Event, url: str | None, now: int) -> None:
    deliveries.begin(
        deliveries.Delivery(
            address=wanted.address,
            account=found.account,
            event_type=found.type,
            url=deliveries.shown(url) if url else None,
            created_at=now,
            updated_at=now,
            next_attempt_at=now,
        )
    )


def _post(url: str, body: bytes, signature: Mapping[str, str], number: int) -> tuple[schedule.Answer, str]:
    headers = {"content-type": "application/json", "user-agent": "Batchreel-Webhooks/1", **signature}
    try:
        answer = outbound.post(url, body, headers, timeout=settings().webhook_timeout)
    except OutboundError as error:
        return schedule.Answer(number, 0, timed_out=error.timed_out), error.message
    text = answer.body.decode("utf-8", "replace")
    return schedule.Answer(number, answer.status, retry_after=answer.headers.get("retry-after")), text


def _outcome(made: Attempt) -> dict[str, Any]:
    if made.next_in is not None:
        return {"outcome": "retry", "wait": made.next_in, "attempt": made.number + 1}
    return {"outcome": "delivered" if made.delivered else "gave_up"}
