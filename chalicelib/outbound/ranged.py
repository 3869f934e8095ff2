"""A source that goes on after a broken connection, and comes over several where one is slow."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.errors import OutboundError
from chalicelib.outbound.ahead import SEGMENT_BYTES, Ahead
from chalicelib.outbound.fetch import CHUNK_BYTES, Source, SourceCutShort, cut_short
from chalicelib.outbound.pace import Pace
from chalicelib.outbound.ranges import RangeRefused, SourceChanged, Whole, whole
from chalicelib.settings import settings

PAUSES = (0.0, 1.0, 4.0)
"""Seconds before each attempt to go on; there are no more attempts than these without progress."""
PROGRESS_BYTES = 1 << 20
WORTH_BYTES = 32 << 20
"""What is left must be this much for more connections to be worth it."""


class Ranged:
    """The body of `source`. Close it, and `source` with it.

    Joins only what a strong validator shows to be parts of the same content. Every connection leads to the
    address of the first one, and no redirect is followed.
    """

    def __init__(self, source: Source) -> None:
        self.length = source.length
        self.received = 0
        """Bytes read so far."""
        self._source = source
        self._whole = whole(source)
        self._patience = source.exchange.patience
        self._pace = Pace(self._patience)
        self._connections = settings().source_connections
        self._ahead: Ahead | None = None
        self._attempts = 0
        self._failed_at = 0

    def chunks(self) -> Iterator[bytes]:
        """Raises SourceTooLarge, SourceCutShort, SourceChanged, or OutboundError when the host stalls or
        breaks off and does not go on."""
        while chunk := self._read():
            self.received += len(chunk)
            yield chunk

    def close(self) -> None:
        """Returns when no thread is left."""
        self._stop_ahead()
        self._source.close()

    def _read(self) -> bytes:
        while True:
            try:
                return self._read_once()
            except OutboundError as failure:
                self.close()
                self._go_on_after(failure)

    def _read_once(self) -> bytes:
        self._look_ahead()
        if self._ahead is None:
            return self._source.read()
        gap = self._ahead.start - self.received
        if gap > 0:
            return self._source.read(min(gap, CHUNK_BYTES))
        return self._ahead.read() if gap < 0 else self._hand_over(self._ahead)

    def _look_ahead(self) -> None:
        if self._whole is None or self._ahead or self._connections <= 1:
            return
        if self._whole.length - self.received >= WORTH_BYTES and self._pace.slow(self.received):
            start = (self.received // SEGMENT_BYTES + 1) * SEGMENT_BYTES
            self._ahead = Ahead(self._whole, start)
            for _ in range(self._connections - 1):
                self._ahead.add_connection()

    def _hand_over(self, ahead: Ahead) -> bytes:
        try:
            chunk = ahead.read()
        except OutboundError:
            # the first connection stands where this should have begun
            self._stop_ahead()
            self._connections = 1
            return self._source.read()
        self._source.close()
        ahead.add_connection()
        return chunk

    def _stop_ahead(self) -> None:
        if self._ahead:
            self._ahead.close()
            self._ahead = None

    def _go_on_after(self, failure: OutboundError) -> None:
        """Ask for what is left, over one new connection. Raises `failure` if that does not help."""
        if isinstance(failure, RangeRefused):
            self._connections = 1
        if isinstance(failure, RangeRefused | SourceCutShort):
            failure = cut_short(self.received, self.length)
        if self._whole is None:
            raise failure
        if self.received - self._failed_at >= PROGRESS_BYTES:
            self._attempts = 0
        self._failed_at = self.received
        self._source = self._rest(self._whole, failure)
        self._pace = Pace(self._patience, self.received)

    def _rest(self, of: Whole, failure: OutboundError) -> Source:
        while self._attempts < len(PAUSES):
            self._patience.pause(PAUSES[self._attempts])
            self._attempts += 1
            try:
                return of.open(self._patience, self.received)
            except SourceChanged:
                raise
            except OutboundError as error:
                if not error.retryable:
                    raise failure from error
        raise failure
