"""POST /keys/{key_id}/rotate: a key in the place of another, which lives on for a while."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.accounts import issuing, keys
from chalicelib.accounts.admission import Admission
from chalicelib.api import pace
from chalicelib.api.auth_v1 import ends, views
from chalicelib.api.auth_v1.keys import asked
from chalicelib.api.auth_v1.models import Rotation
from chalicelib.api.envelopes import success
from chalicelib.api.once import once
from chalicelib.api.video_v1 import reading
from chalicelib.api.video_v1.refusals import enveloped
from chalicelib.clock import now_ms


@enveloped
def rotate(request: Any, key_id: str) -> Response:
    asker = asked(request)
    return once(request, asker.account, lambda: _rotate(request, asker, key_id), secret=True)


def _rotate(request: Any, asker: Admission, key_id: str) -> Response:
    now = now_ms()
    old = keys.get(asker.account.id, key_id)
    body = reading.body(Rotation, request.raw_body) if request.raw_body.strip() else Rotation()
    ends.require_within(asker.key, old.expires_at)
    overlap = issuing.DEFAULT_OVERLAP if body.overlap_seconds is None else body.overlap_seconds
    new, secret = issuing.rotate(old, overlap, now, asker.key.digest)
    data = {
        **views.key(new, now),
        "api_key": secret,
        "replaces": {"key_id": old.id, "expires_at": pace.when(issuing.end_of(old, overlap, now))},
    }
    message = "Key replaced: keep the new one, it is not shown again; both are good until the old one ends"
    return success(data, 201, message, views.UNKEPT)
