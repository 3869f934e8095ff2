"""What one job, or one batch, adds to an account's usage."""

from __future__ import annotations

from chalicelib.usage import prices
from chalicelib.usage.amounts import Amounts
from chalicelib.usage.used import Used


def work(used: Used, *, compute_ms: int, compute_mb_ms: int) -> Amounts:
    """Of a job that a worker has taken, however it ended."""
    return Amounts(
        media_ms=used.media_ms,
        bytes_in=used.bytes_in,
        bytes_out=used.bytes_out,
        compute_ms=compute_ms,
        compute_mb_ms=compute_mb_ms,
        speech_ms=used.speech_ms,
        compute_cost=prices.compute(compute_mb_ms),
        control_cost=prices.control("job"),
        speech_cost=prices.speech(used.recogniser, used.speech_ms) if used.recogniser else 0,
    ) + tokens(used.model, used.tokens_in, used.tokens_out)


def tokens(model: str | None, into: int, out: int) -> Amounts:
    if not model or not into + out:
        return Amounts()
    cost = prices.tokens(model, into, out)
    return Amounts(
        tokens_in=into,
        tokens_out=out,
        tokens_unpriced=into + out if cost is None else 0,
        tokens_cost=cost or 0,
    )


def batch() -> Amounts:
    return Amounts(batches=1, control_cost=prices.control("batch"))
