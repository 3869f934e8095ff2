"""What an attempt means beyond itself: whether an endpoint works, and what the operator must know.

Each is safe to repeat, as an attempt that is on record is not made again but has its consequences again.
"""

from __future__ import annotations

import logging
from typing import Final

from chalicelib.accounts import endpoints
from chalicelib.accounts.endpoint_rows import Endpoint
from chalicelib.clock import iso
from chalicelib.webhooks import operator_events
from chalicelib.webhooks.addresses import Address
from chalicelib.webhooks.attempts import MANUAL, Attempt
from chalicelib.webhooks.event import Event

log = logging.getLogger(__name__)
FAILING_DAYS: Final = 5
"""After so long without a success, an endpoint that did not take a delivery at all is told no more."""
GONE: Final = 410


def follow(event: Event, address: Address, attempt: Attempt, now: int) -> None:
    exhausted = _exhausted(address, attempt)
    if exhausted:
        _tell_exhausted(event, address, attempt)
    endpoint = endpoints.get(event.account, address.endpoint_id) if address.endpoint_id else None
    if endpoint:
        _judge(endpoint, address, attempt, exhausted, now)


def _exhausted(address: Address, attempt: Attempt) -> bool:
    """The schedule is at its end, and nothing was delivered."""
    by_schedule = attempt.trigger != MANUAL and not address.is_test
    return by_schedule and not attempt.delivered and attempt.next_in is None


def _judge(endpoint: Endpoint, address: Address, attempt: Attempt, exhausted: bool, now: int) -> None:
    if attempt.delivered:
        endpoints.succeeded(endpoint, now)
        return
    gone = attempt.status == GONE
    if address.is_test and not gone:
        return
    endpoints.failed(endpoint, now)
    if gone:
        _switch_off(endpoint, "gone", endpoint.failing_since or now, now)
    elif exhausted:
        _switch_off_if_failing(endpoint, now)


def _switch_off_if_failing(endpoint: Endpoint, now: int) -> None:
    # another delivery may have succeeded since it was read
    current = endpoints.get(endpoint.account, endpoint.id)
    since = current.failing_since if current else None
    if current and since is not None and since <= now - FAILING_DAYS * 24 * 3600 * 1000:
        _switch_off(current, "failing", since, now)


def _switch_off(endpoint: Endpoint, reason: str, since: int, now: int) -> None:
    """The operator is told first: what crashes in between is told twice, not never."""
    if not endpoint.enabled:
        return
    detail = {
        "account": endpoint.account,
        "endpoint_id": endpoint.id,
        "reason": reason,
        "since": iso(since),
    }
    operator_events.put(operator_events.ENDPOINT_DISABLED, detail)
    if endpoints.disable(endpoint.account, endpoint.id, reason, now):
        log.error("webhook endpoint disabled", extra={**detail})


def _tell_exhausted(event: Event, address: Address, attempt: Attempt) -> None:
    detail = {
        "account": event.account,
        "event": event.type,
        "event_id": event.id,
        "delivery_id": address.delivery_id,
        "endpoint_id": address.endpoint_id,
        "url": attempt.url,
        "attempts": attempt.number,
        "last_status": attempt.status,
    }
    operator_events.put(operator_events.EXHAUSTED, detail)
    log.error("webhook given up", extra=detail)
