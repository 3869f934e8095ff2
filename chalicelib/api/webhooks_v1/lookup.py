"""An endpoint of the caller's by its id. Another account's does not exist."""

from __future__ import annotations

from chalicelib.accounts import endpoints
from chalicelib.accounts.account import Account
from chalicelib.accounts.endpoint_rows import Endpoint
from chalicelib.errors import NotFound


def own(account: Account, endpoint_id: str) -> Endpoint:
    """Raises NotFound."""
    endpoint = endpoints.get(account.id, endpoint_id)
    if endpoint is None:
        raise NotFound("No webhook endpoint has this id", code="ENDPOINT_NOT_FOUND")
    return endpoint
