"""GET and POST /validate: whether a key is good, and what for."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.accounts import key_reading
from chalicelib.accounts.admission import Admission
from chalicelib.accounts.key_rows import ADMIN
from chalicelib.api.auth_v1 import views
from chalicelib.api.auth_v1.keys import asked
from chalicelib.api.auth_v1.models import Question
from chalicelib.api.envelopes import success
from chalicelib.api.video_v1 import reading
from chalicelib.api.video_v1.refusals import enveloped
from chalicelib.clock import now_ms
from chalicelib.errors import Forbidden


@enveloped
def validate(request: Any) -> Response:
    asker = asked(request)
    body = reading.body(Question, request.raw_body) if request.raw_body.strip() else Question()
    if body.api_key is None:
        return success(views.valid(asker.key))
    return success(_of_another(asker, body.api_key.get_secret_value()))


def _of_another(asker: Admission, sent: str) -> dict[str, Any]:
    """Of another account's key no more is said than of one that does not exist. Raises Forbidden."""
    if not asker.key.may(ADMIN):
        raise Forbidden("The API key lacks the scope admin that it takes to ask about another key")
    key = key_reading.find(sent)
    if key is None or key.account != asker.account.id:
        return {"valid": False}
    return views.valid(key) if key.live(now_ms()) else views.invalid(key)
