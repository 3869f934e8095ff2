"""Where a page of deliveries ended, as callers hand it back."""

from __future__ import annotations

import re
from typing import Final

from chalicelib.api import opaque
from chalicelib.webhooks import addresses
from chalicelib.webhooks.search import Place

_FORM: Final = re.compile(r"([0-9]{1,15}) (dlv_\w+)", re.ASCII)


def written(place: Place | None) -> str | None:
    if place is None:
        return None
    return opaque.written(f"{place.created_at} {place.address.delivery_id}")


def read(cursor: str | None) -> Place | None:
    """Raises InvalidRequest."""
    if cursor is None:
        return None
    found = _FORM.fullmatch(opaque.read(cursor))
    address = addresses.parse(found[2]) if found else None
    if not found or not address:
        raise opaque.unknown()
    return Place(int(found[1]), address)
