"""Amounts in the units that callers see: seconds, bytes, dollars."""

from __future__ import annotations

from typing import Any

from chalicelib.usage.amounts import Amounts
from chalicelib.usage.prices import NANO


def dollars(nano: int | None) -> float | None:
    """To a millionth of a cent."""
    return None if nano is None else round(nano / NANO, 8)


def told(amounts: Amounts) -> dict[str, Any]:
    return {
        "media_seconds": amounts.media_ms / 1000,
        "compute_seconds": amounts.compute_ms / 1000,
        "bytes_in": amounts.bytes_in,
        "bytes_out": amounts.bytes_out,
        "tokens_in": amounts.tokens_in,
        "tokens_out": amounts.tokens_out,
        "cost_estimate_usd": dollars(amounts.cost),
    }
