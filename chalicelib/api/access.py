"""Who is calling: `Authorization: Bearer`, or `X-API-Key`."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.accounts import keys
from chalicelib.accounts.account import Account
from chalicelib.errors import Unauthorized


def caller(headers: Mapping[str, str], *, unknown_key: str = Unauthorized.code) -> Account:
    """Raises Unauthorized, with the code `unknown_key` for a key that was sent but is not valid."""
    key = _bearer(headers.get("authorization", "")) or headers.get("x-api-key")
    if not key:
        raise Unauthorized("No API key: send it as X-API-Key, or as Authorization: Bearer")
    account = keys.find(key)
    if account is None:
        raise Unauthorized("The API key is not valid", code=unknown_key)
    return account


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
