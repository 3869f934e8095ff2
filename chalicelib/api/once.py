"""A POST that is no order, repeated under the same Idempotency-Key: carried out once, answered alike."""

from __future__ import annotations

import hashlib
import json
import logging
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from chalice.app import Response

from chalicelib.accounts import replays, sealed
from chalicelib.accounts.account import Account
from chalicelib.accounts.replays import Place
from chalicelib.api import idempotency
from chalicelib.clock import now_ms

log = logging.getLogger(__name__)


def once(request: Any, account: Account, act: Callable[[], Response], *, secret: bool = False) -> Response:
    """What `act` answers or raises. Its answer is kept, under KMS if it holds a `secret`; what it raises is
    not: the same key may try again. Raises InvalidRequest, IdempotencyConflict, RequestInProgress."""
    key = idempotency.sent(request.headers)
    if key is None:
        return act()
    place, now = Place(account.id, request.context["path"], key), now_ms()
    kept = replays.begin(place, _fingerprint(request), now)
    if kept is not None:
        return _again(place, kept, secret)
    try:
        answer = act()
    except BaseException:
        replays.forget(place, now)
        raise
    try:
        replays.keep(place, now, _packed(place, answer, secret))
    except (ClientError, BotoCoreError):
        # what was done is done, and its secret is in this answer alone
        log.exception("answer not kept: a repeat under its key will find it running, and then act again")
    return answer


def _fingerprint(request: Any) -> str:
    """Of the body as JSON, however it is spaced."""
    body: bytes = request.raw_body
    with suppress(ValueError, RecursionError):
        body = json.dumps(json.loads(body), sort_keys=True).encode()
    return hashlib.sha256(body).hexdigest()


def _packed(place: Place, answer: Response, secret: bool) -> bytes:
    packed = zlib.compress(json.dumps([answer.status_code, answer.headers, answer.body]).encode())
    return sealed.seal_all(packed, _context(place)) if secret else packed


def _again(place: Place, kept: bytes, secret: bool) -> Response:
    packed = sealed.unsealed_all(kept, _context(place)) if secret else kept
    status, headers, body = json.loads(zlib.decompress(packed))
    return Response(body, {**headers, "Idempotent-Replayed": "true"}, status)


def _context(place: Place) -> dict[str, str]:
    """What KMS binds it to. By its purpose the API may open this, and no other secret."""
    return {"purpose": "answer", "account": place.account, "path": place.path}
