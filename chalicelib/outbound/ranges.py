"""One range of a source, and proof that it is part of what was fetched before (RFC 9110, 13.1.5 and 14)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime

from chalicelib.errors import OutboundError
from chalicelib.outbound.exchange import Exchange
from chalicelib.outbound.fetch import Source
from chalicelib.outbound.patience import Patience

CLOCKS_DIFFER = timedelta(minutes=1)
_STRONG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})", re.IGNORECASE)
_UNSATISFIED = re.compile(r"bytes \*/(\d{1,18})", re.IGNORECASE)


class SourceChanged(OutboundError):
    """The source is not the one any more whose beginning has been read."""


class RangeRefused(OutboundError):
    """The host does not send the range that it was asked for; if this is retryable, not now."""


@dataclass(frozen=True)
class Whole:
    """What every range must be part of, as the first answer described it."""

    first: Exchange
    url: str
    length: int
    header: str
    """`etag` or `last-modified`."""
    validator: str

    def open(self, patience: Patience, start: int) -> Source:
        """The bytes from `start` to the end, over a connection of their own. Raises as `ask` does."""
        exchange = self.first.another(patience)
        try:
            return self.ask(exchange, start, self.length)
        except BaseException:
            exchange.close()
            raise

    def ask(self, exchange: Exchange, start: int, end: int) -> Source:
        """The bytes from `start` up to, without, `end`.

        Raises SourceChanged, RangeRefused, or OutboundError when the host cannot be reached or stalls.
        """
        wanted = {"Range": f"bytes={start}-{end - 1}", "If-Range": self.validator, "Connection": "keep-alive"}
        response = exchange.send("GET", {**self.first.sent, **wanted})
        part = Source(self.url, response, exchange, None)
        if part.status == 429 or part.status >= 500:
            raise RangeRefused(f"The source answered {part.status} for a part of it.", retryable=True)
        if self._differs(part):
            raise SourceChanged("The source changed while it was being fetched.", retryable=True)
        if not _is_part(part, start, end):
            raise RangeRefused("The source does not send the part that was asked for.", retryable=False)
        return part

    def _differs(self, part: Source) -> bool:
        said = part.headers.get("content-range", "")
        if part.status == 416:
            total = _UNSATISFIED.fullmatch(said)
            return total is not None and int(total[1]) != self.length
        if part.status == 206:
            found = _CONTENT_RANGE.fullmatch(said)
            if found is not None and int(found[3]) != self.length:
                return True
        return part.status in (200, 206) and part.headers.get(self.header) != self.validator


def whole(source: Source) -> Whole | None:
    """None where nothing proves that a range asked for later is part of the same content."""
    found = _validator(source.headers)
    offered = source.headers.get("accept-ranges", "").lower().split(",")
    if not found or not source.length or source.status != 200 or source.compression:
        return None
    if "bytes" not in [unit.strip() for unit in offered]:
        return None
    return Whole(source.exchange, source.url, source.length, *found)


def _validator(headers: Mapping[str, str]) -> tuple[str, str] | None:
    """Name and value of the header that If-Range may quote: a strong ETag; without any ETag, a date of last
    change that is old enough for a second change to show in it."""
    if "etag" in headers:
        return ("etag", headers["etag"]) if _STRONG.fullmatch(headers["etag"]) else None
    changed = headers.get("last-modified", "")
    try:
        modified, now = parsedate_to_datetime(changed), parsedate_to_datetime(headers.get("date", ""))
        settled = now - modified >= CLOCKS_DIFFER and format_datetime(modified, usegmt=True) == changed
    except (ValueError, TypeError, OverflowError):  # no date, or one of them without its time zone
        return None
    return ("last-modified", changed) if settled else None


def _is_part(part: Source, start: int, end: int) -> bool:
    found = _CONTENT_RANGE.fullmatch(part.headers.get("content-range", ""))
    return (
        part.status == 206
        and found is not None
        and (int(found[1]), int(found[2]) + 1) == (start, end)
        and part.length == end - start
        and not part.compression
    )
