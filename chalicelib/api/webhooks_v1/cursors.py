"""Where a page ended, as callers hand it back: opaque to them."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from chalicelib.errors import InvalidRequest
from chalicelib.webhooks import addresses
from chalicelib.webhooks.search import Place

_FORM: Final = re.compile(r"([0-9]{1,15}) (dlv_\w+)", re.ASCII)


def written(place: Place | None) -> str | None:
    if place is None:
        return None
    text = f"{place.created_at} {place.address.delivery_id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str | None) -> Place | None:
    """Raises InvalidRequest."""
    if cursor is None:
        return None
    found = _FORM.fullmatch(_decoded(cursor))
    address = addresses.parse(found[2]) if found else None
    if not found or not address:
        raise InvalidRequest("cursor: is none that this API gave: send the nextCursor of a page as it was")
    return Place(int(found[1]), address)


def _decoded(cursor: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""
