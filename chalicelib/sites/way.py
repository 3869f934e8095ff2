"""yt-dlp's ways to YouTube, left alone for a while once they are blocked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.clock import Clock, now_ms
from chalicelib.sites.breaker import Breaker
from chalicelib.sites.failures import SiteError
from chalicelib.sites.proxies import Way


@contextmanager
def watched(way: Way, clock: Clock = now_ms, *, use: str = "ytdlp") -> Iterator[None]:
    """Around all that one job asks of YouTube this way. Raises SiteError while it is left alone."""
    # counted apart: one use gets through where others do not, and the other way round
    breaker = Breaker(f"{way.name}-{use}", clock)
    breaker.enter()
    try:
        yield
    except SiteError as error:
        breaker.note(error)
        raise
    breaker.passed()
