"""Where a page of jobs ended, as callers hand it back."""

from __future__ import annotations

import re
from typing import Final

from chalicelib.api import opaque
from chalicelib.batches.listing import Place

_FORM: Final = re.compile(r"([0-9]{1,15}) ([0-9a-f]{13}) ([0-9]{1,4})", re.ASCII)


def written(place: Place | None) -> str | None:
    return opaque.written(f"{place.created_at} {place.token} {place.index}") if place else None


def read(cursor: str | None) -> Place | None:
    """Raises InvalidRequest."""
    if cursor is None:
        return None
    found = _FORM.fullmatch(opaque.read(cursor))
    if not found:
        raise opaque.unknown()
    return Place(int(found[1]), found[2], int(found[3]))
