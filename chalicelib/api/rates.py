"""How many requests of this hour a key has left, on every answer to it."""

from __future__ import annotations

from chalicelib.accounts.admission import Rate


def headers(rate: Rate) -> dict[str, str]:
    """`X-RateLimit-Reset` in seconds; the last two as the IETF's draft of RateLimit headers has them."""
    return {
        "X-RateLimit-Limit": str(rate.limit),
        "X-RateLimit-Used": str(rate.used),
        "X-RateLimit-Remaining": str(rate.remaining),
        "X-RateLimit-Reset": str(rate.seconds_left),
        "RateLimit-Policy": f'"hour";q={rate.limit};w=3600',
        "RateLimit": f'"hour";r={rate.remaining};t={rate.seconds_left}',
    }
