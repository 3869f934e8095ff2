"""/v1/webhooks/deliveries: what became of the events of the caller's account."""

from __future__ import annotations

from typing import Any, Final

from chalice.app import Response

from chalicelib.accounts.account import Account
from chalicelib.accounts.endpoint_rows import EVENTS, TEST
from chalicelib.api import bodies, idempotency, query
from chalicelib.api.access import caller
from chalicelib.api.envelopes import enveloped, success
from chalicelib.api.once import once
from chalicelib.api.webhooks_v1 import cursors, delivery_views
from chalicelib.clock import now_ms
from chalicelib.errors import NotFound
from chalicelib.webhooks import addresses, attempts, deliveries
from chalicelib.webhooks.addresses import Address
from chalicelib.webhooks.deliveries import Delivery, Status
from chalicelib.webhooks.resend import resend as resend_delivery
from chalicelib.webhooks.search import Filter, Search

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 100
_PATIENCE: Final = 10
_FILTERS: Final = {
    "endpointId": "endpoint = :endpointId",
    "event": "event_type = :event",
    "status": "#status = :status",
}


@enveloped
def listed(request: Any) -> Response:
    account = caller(request)
    given = query.read(request, *_FILTERS, "limit", "cursor")
    query.choice(given, "event", (*EVENTS, TEST))
    query.choice(given, "status", [status.value for status in Status])
    limit = query.number(given, "limit", DEFAULT_LIMIT, MAX_LIMIT)
    search = Search(account=account.id, wanted=_filter(given), patience=_PATIENCE)
    page = search.page(limit, cursors.read(given.get("cursor")))
    found = [delivery_views.delivery(each) for each in page.deliveries]
    return success({"deliveries": found, "nextCursor": cursors.written(page.after)})


def _filter(given: dict[str, str]) -> Filter:
    wanted = {name: given[name] for name in _FILTERS if name in given}
    values = {f":{name}": value for name, value in wanted.items()}
    return Filter(" AND ".join(_FILTERS[name] for name in wanted), values)


@enveloped
def read(request: Any, delivery_id: str) -> Response:
    delivery = _own(caller(request), delivery_id)
    return success(delivery_views.detailed(delivery, attempts.of(delivery.address)))


@enveloped
def attempt(request: Any, delivery_id: str, number: str) -> Response:
    delivery = _own(caller(request), delivery_id)
    for made in attempts.of(delivery.address):
        if str(made.place) == number:
            return success(delivery_views.with_answer(made))
    raise NotFound("The delivery has no attempt of this number", code="ATTEMPT_NOT_FOUND")


@enveloped
def resend(request: Any, delivery_id: str) -> Response:
    """Whether the delivery is the caller's is looked at where the delivery is: it may have no row yet."""
    account = caller(request)
    return once(request, account, lambda: _resend(request, account, delivery_id))


def _resend(request: Any, account: Account, delivery_id: str) -> Response:
    bodies.require_none(request.raw_body)
    address = _address(delivery_id)
    resend_delivery(account.id, address, idempotency.token_for(request, account.id, now_ms()))
    return success({"deliveryId": delivery_id}, 202, "One more attempt is being made")


def _own(account: Account, delivery_id: str) -> Delivery:
    """Raises NotFound."""
    found = deliveries.get(_address(delivery_id))
    if found is None or found.account != account.id:
        raise NotFound("No delivery has this id", code="DELIVERY_NOT_FOUND")
    return found


def _address(delivery_id: str) -> Address:
    """Raises NotFound."""
    address = addresses.parse(delivery_id)
    if address is None:
        raise NotFound("No delivery has this id", code="DELIVERY_NOT_FOUND")
    return address
