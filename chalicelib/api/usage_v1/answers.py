"""Answers of these routes, which alone have a `meta`."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.api.envelopes import success
from chalicelib.clock import iso


def answer(data: dict[str, Any], now: int) -> Response:
    meta = {"request_id": f"req_{now / 1000:.3f}", "timestamp": iso(now), "version": "v1"}
    return success(data, meta=meta)
