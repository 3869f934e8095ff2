"""Who is calling (`Authorization: Bearer`, or `X-API-Key`), and whether the key is good for this call."""

from __future__ import annotations

import re
from typing import Any, Final

from chalicelib.accounts import admission
from chalicelib.accounts.account import Account
from chalicelib.accounts.admission import Admission
from chalicelib.accounts.key_rows import ADMIN, PROCESS, READ
from chalicelib.clock import now_ms
from chalicelib.errors import Forbidden, RateLimited, Unauthorized

_SCOPES: Final = (
    (r"\S+ /api/v1/auth/validate", None),
    (r"\S+ /api/v1/auth/.*", ADMIN),
    (r"(GET|HEAD) .*", READ),
    (r"POST .*/estimate", READ),
    (r".*", PROCESS),
)
"""Method and route, and what they take; the first that fits. None: any key may."""


def caller(request: Any, *, unknown_key: str = Unauthorized.code) -> Account:
    """Raises Unauthorized, with the code `unknown_key` for a key that was sent but is not valid; Forbidden
    and RateLimited."""
    return admitted(request, unknown_key=unknown_key).account


def admitted(request: Any, *, unknown_key: str = Unauthorized.code) -> Admission:
    """Once for each request, as it counts. Raises as `caller` does."""
    key = _bearer(request.headers.get("authorization", "")) or request.headers.get("x-api-key")
    if not key:
        raise Unauthorized("No API key: send it as X-API-Key, or as Authorization: Bearer")
    try:
        found = _admit(key, scope(request.method, request.context["resourcePath"]), unknown_key)
    except (Forbidden, RateLimited) as error:
        request.rate = error.rate
        raise
    request.rate, request.admission = found.rate, found
    return found


def sender(key: str, *, unknown_key: str = Unauthorized.code) -> Account:
    """Of work that is handed in without HTTP. Raises as `caller` does."""
    return _admit(key, PROCESS, unknown_key).account


def scope(method: str, route: str) -> str | None:
    return next(scope for pattern, scope in _SCOPES if re.fullmatch(pattern, f"{method} {route}"))


def _admit(key: str, scope: str | None, unknown_key: str) -> Admission:
    try:
        return admission.admit(key, scope, now_ms())
    except Unauthorized as error:
        raise Unauthorized(error.message, code=unknown_key) from error


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
