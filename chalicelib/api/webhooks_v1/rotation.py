"""New signing secrets, of an endpoint or the account. Each is shown in this one answer."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.accounts import endpoints, secrets
from chalicelib.accounts.sealed import OVERLAP_MS
from chalicelib.api.access import caller
from chalicelib.api.envelopes import enveloped, success
from chalicelib.api.once import once
from chalicelib.api.webhooks_v1.endpoints import UNKEPT
from chalicelib.api.webhooks_v1.lookup import own
from chalicelib.clock import iso, now_ms


@enveloped
def of_endpoint(request: Any, endpoint_id: str) -> Response:
    account, now = caller(request), now_ms()

    def rotate() -> Response:
        endpoint = own(account, endpoint_id)
        secret = endpoints.rotate(account.id, endpoint.id, now)
        return _shown({"endpointId": endpoint.id, "secret": secret}, now)

    return once(request, account, rotate, secret=True)


@enveloped
def of_account(request: Any) -> Response:
    account, now = caller(request), now_ms()

    def rotate() -> Response:
        return _shown({"secret": secrets.rotate(account.id, now)}, now)

    return once(request, account, rotate, secret=True)


def _shown(data: dict[str, Any], now: int) -> Response:
    data |= {"previousSecretEndsAt": iso(now + OVERLAP_MS)}
    message = "Secret replaced: keep the new one, it is not shown again; both are signed with until the end"
    return success(data, message=message, headers=UNKEPT)
