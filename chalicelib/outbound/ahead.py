"""Several connections to one host that fetch what the reader will want next.

A segment is asked for only when it is one of the next ones, as many as there are connections. So what is
held never exceeds connections times SEGMENT_BYTES.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from chalicelib.errors import OutboundError
from chalicelib.outbound.exchange import Exchange
from chalicelib.outbound.fetch import Source
from chalicelib.outbound.patience import Patience
from chalicelib.outbound.ranges import RangeRefused, SourceChanged, Whole

SEGMENT_BYTES = 8 << 20
_PIECE_BYTES = 1 << 16
_STOP_SECONDS = 0.1
"""How long a connection goes on after close()."""


class _Stopped(Exception):
    """Raised in a fetching thread when nobody reads any more."""


@dataclass(frozen=True)
class _Segment:
    start: int
    end: int
    arrived: SimpleQueue[bytes | BaseException] = field(default_factory=SimpleQueue)
    """Its bytes in order, then an empty piece; or what went wrong."""


class Ahead:
    """The bytes of `whole` from `start` to its end. Close it."""

    def __init__(self, whole: Whole, start: int) -> None:
        self.start = start
        self._whole = whole
        self._patience = whole.first.patience
        self._next = start
        self._segments: deque[_Segment] = deque()
        self._wanted: SimpleQueue[_Segment | None] = SimpleQueue()
        self._stop = threading.Event()
        self._fetchers: list[_Fetcher] = []

    def add_connection(self) -> None:
        patience = Patience(self._patience.deadline, self._patience.stall, self._check, every=_STOP_SECONDS)
        fetcher = _Fetcher(self._whole, self._wanted, patience)
        fetcher.start()
        self._fetchers.append(fetcher)
        self._want_next()

    def read(self) -> bytes:
        """The next bytes; waits for them. Empty at the end.

        Raises OutboundError if a connection failed in front of them; what was read is right.
        """
        while self._segments:
            item = self._wait_for(self._segments[0])
            if isinstance(item, BaseException):
                raise item
            if item:
                return item
            self._segments.popleft()
            self._want_next()
        return b""

    def close(self) -> None:
        self._stop.set()
        for _ in self._fetchers:
            self._wanted.put(None)
        for fetcher in self._fetchers:
            fetcher.join()

    def _check(self) -> None:
        if self._stop.is_set():
            raise _Stopped

    def _want_next(self) -> None:
        if self._next < self._whole.length:
            end = min(self._next + SEGMENT_BYTES, self._whole.length)
            segment = _Segment(self._next, end)
            self._next = end
            self._segments.append(segment)
            self._wanted.put(segment)

    def _wait_for(self, segment: _Segment) -> bytes | BaseException:
        while True:
            self._patience.check()
            with suppress(Empty):
                return segment.arrived.get(timeout=self._patience.every)


class _Fetcher(threading.Thread):
    """One connection, kept from segment to segment where the host keeps it too."""

    def __init__(self, whole: Whole, wanted: SimpleQueue[_Segment | None], patience: Patience) -> None:
        super().__init__(name="source-range", daemon=True)
        self._whole = whole
        self._wanted = wanted
        self._patience = patience
        self._exchange: Exchange | None = None

    def run(self) -> None:
        try:
            for segment in iter(self._wanted.get, None):
                try:
                    self._fetch(segment)
                except BaseException as error:  # handed to the reader
                    segment.arrived.put(error)
                    return
        finally:
            self._close()

    def _fetch(self, segment: _Segment) -> None:
        for piece in _pieces(self._ask(segment)):
            segment.arrived.put(piece)
        segment.arrived.put(b"")

    def _ask(self, segment: _Segment) -> Source:
        if self._exchange and self._exchange.kept:
            try:
                return self._whole.ask(self._exchange, segment.start, segment.end)
            except (RangeRefused, SourceChanged):
                raise
            except OutboundError:
                pass  # a host may close a kept connection at any moment
        self._close()
        self._exchange = self._whole.first.another(self._patience)
        return self._whole.ask(self._exchange, segment.start, segment.end)

    def _close(self) -> None:
        if self._exchange:
            self._exchange.close()
            self._exchange = None


def _pieces(part: Source) -> Iterator[bytes]:
    """Of a size worth an object: a host may send each byte on its own."""
    gathered = bytearray()
    for chunk in part.chunks():
        gathered += chunk
        if len(gathered) >= _PIECE_BYTES:
            yield bytes(gathered)
            gathered.clear()
    yield from (bytes(gathered),) if gathered else ()
