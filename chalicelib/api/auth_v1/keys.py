"""/api/v1/auth/keys: the keys of the caller's account."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.accounts import issuing, keys, retiring
from chalicelib.accounts.admission import Admission
from chalicelib.accounts.issuing import Wanted
from chalicelib.accounts.key_rows import PROCESS, READ
from chalicelib.api import access
from chalicelib.api.auth_v1 import ends, views
from chalicelib.api.auth_v1.models import Changes, NewKey
from chalicelib.api.envelopes import success
from chalicelib.api.once import once
from chalicelib.api.video_v1 import reading
from chalicelib.api.video_v1.query import Query
from chalicelib.api.video_v1.refusals import UNKNOWN_KEY, Refused, enveloped
from chalicelib.clock import now_ms

DEFAULT_SCOPES = (READ, PROCESS)


def asked(request: Any) -> Admission:
    """Raises Unauthorized, Forbidden, RateLimited, and Refused for a query."""
    admission = access.admitted(request, unknown_key=UNKNOWN_KEY)
    Query(request)
    return admission


@enveloped
def create(request: Any) -> Response:
    asker = asked(request)
    return once(request, asker.account, lambda: _create(request, asker), secret=True)


def _create(request: Any, asker: Admission) -> Response:
    now = now_ms()
    body = reading.body(NewKey, request.raw_body)
    end = ends.moment(body.expires_at, body.expires_in, now)
    ends.require_within(asker.key, end)
    wanted = Wanted(
        account=asker.account.id,
        name=body.name,
        scopes=frozenset(body.scopes or DEFAULT_SCOPES),
        expires_at=end,
        at=now,
        by=asker.key.digest,
    )
    made, secret = issuing.issue(wanted)
    data = {**views.key(made, now), "api_key": secret}
    return success(data, 201, "Key created: keep it, it is not shown again", views.UNKEPT)


@enveloped
def listed(request: Any) -> Response:
    asker, now = asked(request), now_ms()
    return success({"keys": [views.key(each, now) for each in keys.listed(asker.account.id)]})


@enveloped
def read(request: Any, key_id: str) -> Response:
    asker = asked(request)
    return success(views.key(keys.get(asker.account.id, key_id), now_ms()))


@enveloped
def change(request: Any, key_id: str) -> Response:
    asker, now = asked(request), now_ms()
    key = keys.get(asker.account.id, key_id)
    changes = _changes(reading.body(Changes, request.raw_body), now)
    ends.require_an_admin_left(asker.key, key, changes)
    if changes.keys() - {"name"}:
        ends.require_within(asker.key, changes.get("expires_at", key.expires_at))
    return success(views.key(keys.change(key, changes, now, asker.key.digest), now))


def _changes(body: Changes, now: int) -> dict[str, Any]:
    given = body.given()
    if not given:
        raise Refused(f"The body changes nothing: send one of {', '.join(Changes.model_fields)}")
    if "expires_at" in given:
        given["expires_at"] = ends.moment(body.expires_at, None, now)
    return given


@enveloped
def revoke(request: Any, key_id: str) -> Response:
    asker, now = asked(request), now_ms()
    key = keys.get(asker.account.id, key_id)
    ends.require_an_admin_left(asker.key, key, {"scopes": ()})
    retiring.revoke(key, now, asker.key.digest)
    return success({"key_id": key.id, "revoked": True}, message="Key revoked")
