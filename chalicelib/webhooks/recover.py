"""Everything that an endpoint has missed since a time, told again: each delivery by an execution of its own.

A recovery is one execution of the state machine, which calls `step` for page after page.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.accounts import endpoints
from chalicelib.batches import finish
from chalicelib.batches.store import KEPT_AFTER_EXPIRY_MS
from chalicelib.clock import Clock, now_ms
from chalicelib.errors import ServiceUnavailable
from chalicelib.webhooks import addresses, deliveries, order
from chalicelib.webhooks.attempts import RECOVERY
from chalicelib.webhooks.deliveries import Delivery, Status
from chalicelib.webhooks.search import Filter, Place, Search

log = logging.getLogger(__name__)
LONGEST_MS: Final = KEPT_AFTER_EXPIRY_MS
"""How far back it may reach: what is older may have been dropped with its job."""
MOST: Final = 10_000
PAGE: Final = 100
_PATIENCE: Final = 50


def start(account: str, endpoint_id: str, recovery: str, since: int, now: int) -> None:
    """`recovery`: 16 hex digits; starting the same one again changes nothing."""
    wanted = {"account": account, "endpoint_id": endpoint_id, "recovery": recovery}
    span = {"since": since, "until": now, "left": MOST}
    finish.start(f"rec_{recovery}", {"scope": "recover", **wanted, **span})


def step(request: Mapping[str, Any], clock: Clock = now_ms) -> dict[str, Any]:
    """One page, oldest first; the answer is the next request, and says whether there is `more`.

    Raises ServiceUnavailable when AWS did not answer; the state machine then repeats the page.
    """
    try:
        return {**request, **_step(request, clock)}
    except (ClientError, BotoCoreError) as error:
        raise ServiceUnavailable(str(error)) from error


def _step(request: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
    endpoint = endpoints.get(request["account"], request["endpoint_id"])
    if endpoint is None or not endpoint.enabled:
        return {"more": False}
    search = Search(
        account=endpoint.account,
        wanted=_missed(endpoint.id, request["recovery"]),
        since=request["since"],
        until=request["until"],
        oldest_first=True,
        patience=_PATIENCE,
    )
    page = search.page(min(PAGE, request["left"]), _place(request.get("after")))
    _begin_again(page.deliveries, request["recovery"], clock())
    left = request["left"] - len(page.deliveries)
    if page.after and not left:
        log.warning("recovery ended at its limit", extra={"recovery": request["recovery"]})
    return {"left": left, "after": _text(page.after), "more": page.after is not None and left > 0}


def _missed(endpoint_id: str, recovery: str) -> Filter:
    """Also what this recovery has taken already: it may have died before it started that."""
    return Filter(
        "endpoint = :endpoint AND (#status IN (:failed, :cancelled)"
        " OR (#status = :pending AND recovery = :recovery))",
        {
            ":endpoint": endpoint_id,
            ":failed": Status.FAILED,
            ":cancelled": Status.CANCELLED,
            ":pending": Status.PENDING,
            ":recovery": recovery,
        },
    )


def _begin_again(missed: Sequence[Delivery], recovery: str, now: int) -> None:
    for delivery in missed:
        if deliveries.recover(delivery.address, recovery, now):
            first = order.request(delivery.address, f"{RECOVERY}-{recovery}", delivery.account)
            finish.start(f"rec_{recovery}-{delivery.id}", {"scope": "recovery", "deliveries": [first]})


def _text(place: Place | None) -> list[Any] | None:
    return [place.created_at, place.address.delivery_id] if place else None


def _place(text: Sequence[Any] | None) -> Place | None:
    address = addresses.parse(text[1]) if text else None
    return Place(text[0], address) if text and address else None
