"""POST /v1/webhooks/{id}/test: one event of no job, tried once."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.accounts.account import Account
from chalicelib.api.access import caller
from chalicelib.api.envelopes import enveloped, success
from chalicelib.api.gates import Gate
from chalicelib.api.once import once
from chalicelib.api.webhooks_v1.lookup import own
from chalicelib.errors import Conflict
from chalicelib.webhooks import trial


@enveloped
def send(request: Any, endpoint_id: str) -> Response:
    account = caller(request)
    return once(request, account, lambda: _send(account, endpoint_id))


def _send(account: Account, endpoint_id: str) -> Response:
    endpoint = own(account, endpoint_id)
    Gate(account.plan).feature("webhooks", "endpoint")
    if not endpoint.enabled:
        raise Conflict("The endpoint is disabled: enable it to test it", code="ENDPOINT_DISABLED")
    data = {"endpointId": endpoint.id, "deliveryId": trial.send(endpoint)}
    return success(data, 202, "Test accepted: its delivery tells what comes of it")
