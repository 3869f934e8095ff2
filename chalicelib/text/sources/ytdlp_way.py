"""yt-dlp's ways to YouTube, left alone for a while once they are blocked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.clock import Clock, now_ms
from chalicelib.text.failures import TextError
from chalicelib.text.sources.breaker import Breaker
from chalicelib.text.sources.proxies import Way


@contextmanager
def watched(way: Way, clock: Clock = now_ms) -> Iterator[None]:
    """Around all that one job asks of YouTube this way. Raises TextError while it is left alone."""
    # counted apart: yt-dlp gets through where others do not, and the other way round
    breaker = Breaker(f"{way.name}-ytdlp", clock)
    breaker.enter()
    try:
        yield
    except TextError as error:
        breaker.note(error)
        raise
    breaker.passed()
