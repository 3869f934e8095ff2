"""/v1/webhooks: the endpoints of the caller's account."""

from __future__ import annotations

from typing import Any, Final

from chalice.app import Response

from chalicelib.accounts import endpoints
from chalicelib.accounts.account import Account
from chalicelib.api import bodies
from chalicelib.api.access import caller
from chalicelib.api.envelopes import enveloped, success
from chalicelib.api.gates import Gate
from chalicelib.api.once import once
from chalicelib.api.webhooks_v1 import views
from chalicelib.api.webhooks_v1.lookup import own
from chalicelib.api.webhooks_v1.models import Changes, NewEndpoint
from chalicelib.clock import now_ms
from chalicelib.errors import InvalidRequest

UNKEPT: Final = {"Cache-Control": "no-store"}
"""For answers that hold a secret."""


@enveloped
def create(request: Any) -> Response:
    account = caller(request)
    return once(request, account, lambda: _create(request, account), secret=True)


def _create(request: Any, account: Account) -> Response:
    body = bodies.read(NewEndpoint, request.raw_body, lambda *_: "INVALID_REQUEST")
    Gate(account.plan).feature("webhooks", "url")
    endpoint, secret = endpoints.create(
        account.id, body.url, tuple(body.events or ()), body.description or "", now_ms()
    )
    data = {**views.endpoint(endpoint), "secret": secret}
    return success(data, 201, "Endpoint created: keep its secret, it is not shown again", UNKEPT)


@enveloped
def listed(request: Any) -> Response:
    account = caller(request)
    return success({"endpoints": [views.endpoint(each) for each in endpoints.listed(account.id)]})


@enveloped
def read(request: Any, endpoint_id: str) -> Response:
    return success(views.endpoint(own(caller(request), endpoint_id)))


@enveloped
def change(request: Any, endpoint_id: str) -> Response:
    account = caller(request)
    endpoint = own(account, endpoint_id)
    body = bodies.read(Changes, request.raw_body, lambda *_: "INVALID_REQUEST")
    given = body.model_dump(exclude_none=True)
    if not given:
        raise InvalidRequest(f"The body changes nothing: send one of {', '.join(Changes.model_fields)}")
    if body.url or body.enabled:
        Gate(account.plan).feature("webhooks", "url" if body.url else "enabled")
    if body.events is not None:
        given["events"] = tuple(body.events)
    return success(views.endpoint(endpoints.update(account.id, endpoint.id, **given, now=now_ms())))


@enveloped
def delete(request: Any, endpoint_id: str) -> Response:
    account = caller(request)
    endpoint = own(account, endpoint_id)
    endpoints.delete(account.id, endpoint.id)
    return success({"endpointId": endpoint.id}, message="Endpoint deleted")
