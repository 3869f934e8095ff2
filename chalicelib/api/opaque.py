"""Where a page ended, as callers hand it back: opaque to them."""

from __future__ import annotations

import base64
import binascii

from chalicelib.errors import InvalidRequest


def written(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str) -> str:
    """Empty for what this has not written."""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""


def unknown() -> InvalidRequest:
    return InvalidRequest("cursor: is none that this API gave: send the nextCursor of a page as it was")
