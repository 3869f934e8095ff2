"""A POST that is no order, repeated under the same Idempotency-Key: carried out once, answered alike."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from chalice.app import Response

from chalicelib.accounts import replays, sealed
from chalicelib.accounts.account import Account
from chalicelib.accounts.replays import Place
from chalicelib.api import idempotency
from chalicelib.clock import now_ms


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
    replays.keep(place, now, _packed(place, answer, secret))
    return answer


def _fingerprint(request: Any) -> str:
    """Of the body as JSON, however it is spaced."""
    body: bytes = request.raw_body
    with suppress(ValueError, RecursionError):
        body = json.dumps(json.loads(body), sort_keys=True).encode()
    return hashlib.sha256(body).hexdigest()


def _packed(place: Place, answer: Response, secret: bool) -> bytes:
    text = json.dumps([answer.status_code, answer.headers, answer.body])
    return sealed.seal(text, _context(place)) if secret else zlib.compress(text.encode())


def _again(place: Place, kept: bytes, secret: bool) -> Response:
    text = sealed.unsealed(kept, _context(place)) if secret else zlib.decompress(kept).decode()
    status, headers, body = json.loads(text)
    return Response(body, {**headers, "Idempotent-Replayed": "true"}, status)


def _context(place: Place) -> dict[str, str]:
    """What KMS binds it to. By its purpose the API may open this, and no other secret."""
    return {"purpose": "answer", "account": place.account, "path": place.path}
