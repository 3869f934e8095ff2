"""What was counted in a period, in the words of this API."""

from __future__ import annotations

from typing import Any

from chalicelib.usage.amounts import Amounts
from chalicelib.usage.ledger import Period
from chalicelib.usage.told import dollars

_NO_PRICE = (
    "{tokens} tokens are of models without a price, so the cost of all tokens and the total are not known: "
    "the operator sets prices in BATCHREEL_MODEL_PRICES"
)


def counters(period: Period) -> dict[str, Any]:
    used = period.amounts
    return {
        "start_date": period.first.isoformat(),
        "end_date": period.last.isoformat(),
        "total_requests": period.requests,
        "successful_requests": period.succeeded,
        "failed_requests": period.failed,
        "total_tokens": used.tokens_in + used.tokens_out,
        "total_cost": dollars(used.cost),
        "videos_processed": period.videos,
        "media_minutes": round(used.media_ms / 60_000, 3),
        "bytes_in": used.bytes_in,
        "bytes_out": used.bytes_out,
        "compute_seconds": used.compute_ms / 1000,
        "tokens_in": used.tokens_in,
        "tokens_out": used.tokens_out,
        "batches": used.batches,
        "jobs": {
            "completed": used.jobs_completed,
            "failed": used.jobs_failed,
            "cancelled": used.jobs_cancelled,
        },
        "cost": costs(used),
    }


def costs(used: Amounts) -> dict[str, Any]:
    """Dollars by what they are for."""
    view: dict[str, Any] = {
        "compute": dollars(used.compute_cost),
        "control_plane": dollars(used.control_cost),
        "speech": dollars(used.speech_cost),
        "tokens": None if used.tokens_unpriced else dollars(used.tokens_cost),
    }
    return view | ({"note": _NO_PRICE.format(tokens=used.tokens_unpriced)} if used.tokens_unpriced else {})
