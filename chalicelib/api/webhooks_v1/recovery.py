"""POST /v1/webhooks/{id}/recover: everything that an endpoint has missed since a time, told again."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.accounts.account import Account
from chalicelib.api import bodies, idempotency, times
from chalicelib.api.access import caller
from chalicelib.api.bodies import Strict
from chalicelib.api.envelopes import enveloped, success
from chalicelib.api.once import once
from chalicelib.api.times import Time
from chalicelib.api.webhooks_v1.lookup import own
from chalicelib.clock import iso, now_ms
from chalicelib.errors import Conflict, InvalidRequest
from chalicelib.webhooks import recover

_DAYS = recover.LONGEST_MS // (24 * 3600 * 1000)


class RecoverBody(Strict):
    since: Time


@enveloped
def begin(request: Any, endpoint_id: str) -> Response:
    account = caller(request)
    return once(request, account, lambda: _begin(request, account, endpoint_id))


def _begin(request: Any, account: Account, endpoint_id: str) -> Response:
    now = now_ms()
    endpoint = own(account, endpoint_id)
    since = _since(bodies.read(RecoverBody, request.raw_body, lambda *_: "INVALID_REQUEST"), now)
    if not endpoint.enabled:
        raise Conflict(
            "The endpoint is disabled: enable it before it is told what it missed", code="ENDPOINT_DISABLED"
        )
    recovery = idempotency.token_for(request, account.id, now, str(since))
    recover.start(account.id, endpoint.id, recovery, since, now)
    data = {
        "recoveryId": f"rec_{recovery}",
        "endpointId": endpoint.id,
        "since": iso(since),
        "until": iso(now),
    }
    return success(data, 202, "Recovery started: see the deliveries of the endpoint")


def _since(body: RecoverBody, now: int) -> int:
    """Milliseconds. Raises InvalidRequest."""
    since = times.ms(body.since)
    if since < now - recover.LONGEST_MS:
        raise InvalidRequest(f"since: is more than {_DAYS} days ago, and deliveries are kept no longer")
    if since > now:
        raise InvalidRequest("since: is in the future")
    return since
