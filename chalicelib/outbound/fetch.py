"""Streaming GET of a source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPResponse, IncompleteRead
from urllib.parse import urljoin

from chalicelib.errors import OutboundError
from chalicelib.outbound.exchange import Exchange, translated
from chalicelib.outbound.patience import Patience
from chalicelib.outbound.urls import Target, parse
from chalicelib.settings import settings

MAX_REDIRECTS = 5
CHUNK_BYTES = 1 << 18
_REDIRECTS = {301, 302, 303, 307, 308}
_COMPRESSED = {"gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd"}
_FOR_ANY_HOST = {"range", "accept", "user-agent"}


class SourceTooLarge(OutboundError):
    """The body is, or grew, larger than the caller allows."""


class SourceCutShort(OutboundError):
    """The connection ended before the body did."""


class Source:
    """An answer whose body is still to be read."""

    def __init__(self, url: str, response: HTTPResponse, exchange: Exchange, max_bytes: int | None) -> None:
        self.url = url
        """After redirects."""
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.length = response.length
        """Of the body in bytes, or None if the host does not say."""
        self.received = 0
        """Bytes read so far."""
        self.exchange = exchange
        self._response = response
        self._max_bytes = max_bytes
        self._check_size(self.length or 0)

    @property
    def compression(self) -> str | None:
        """The encoding that the host has put on the body although none was asked for."""
        for name in ("content-encoding", "transfer-encoding"):
            # other names than these are mislabelled plain content more often than not
            for coding in self.headers.get(name, "").lower().split(","):
                if coding.strip() in _COMPRESSED:
                    return coding.strip()
        return None

    def chunks(self, size: int = CHUNK_BYTES) -> Iterator[bytes]:
        """The body, or what is left of it, at most `size` bytes at a time. Raises as `read` does."""
        while data := self.read(size):
            yield data

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        """What has arrived, at most `size` bytes; waits for the first. Empty at the end of the body.

        Raises SourceTooLarge, SourceCutShort, or OutboundError when the host stalls or breaks off.
        """
        data = self._receive(size)
        self.received += len(data)
        self._check_size(self.received)
        if not data and self.length is not None and self.received < self.length:
            raise cut_short(self.received, self.length)
        return data

    def close(self) -> None:
        self.exchange.close()

    def _receive(self, size: int) -> bytes:
        self.exchange.expect(size)
        with translated():
            try:
                return self._response.read1(size)
            except IncompleteRead:
                raise cut_short(self.received, None) from None

    def _check_size(self, size: int) -> None:
        if self._max_bytes is not None and size > self._max_bytes:
            raise SourceTooLarge(f"The source is larger than {self._max_bytes:,} bytes.", retryable=False)


@contextmanager
def open_source(
    url: str,
    *,
    deadline: float,
    headers: Mapping[str, str] | None = None,
    max_bytes: int | None = None,
    tick: Callable[[], None] = lambda: None,
) -> Iterator[Source]:
    """GET `url`, following up to five redirects, each checked like the first.

    `deadline` (time.monotonic()) ends everything, body included. `tick` is called about once a second
    while reading; what it raises comes out here. Any status but a redirect is handed on.
    Raises OutboundError, and SourceTooLarge at once if the host announces more than `max_bytes`.
    """
    patience = Patience(deadline, settings().source_timeout, tick)
    sent = dict(headers or {})
    target = parse(url)
    for _ in range(MAX_REDIRECTS + 1):
        exchange = Exchange(target, patience)
        try:
            response = exchange.send("GET", sent)
            where = response.getheader("Location")
            if response.status not in _REDIRECTS or not where:
                with response:
                    yield Source(url, response, exchange, max_bytes)
                return
            response.close()
        finally:
            exchange.close()
        url, target, sent = _follow(url, where, target, sent)
    raise OutboundError(f"The source redirects more than {MAX_REDIRECTS} times.", retryable=False)


def _follow(url: str, where: str, old: Target, headers: dict[str, str]) -> tuple[str, Target, dict[str, str]]:
    try:
        # headers arrive as Latin-1; hosts that do not percent-encode send UTF-8
        location = where.encode("latin-1", "replace").decode("utf-8", "replace")
        joined = urljoin(url, location.replace(" ", "%20"))
    except ValueError:
        raise OutboundError(
            "The source redirects to a URL that is not well formed.", retryable=False
        ) from None
    try:
        target = parse(joined)
    except OutboundError as error:
        raise OutboundError(
            f"The source redirects to another URL. {error.message}", retryable=False
        ) from None
    if target.origin != old.origin:
        headers = {name: value for name, value in headers.items() if name.lower() in _FOR_ANY_HOST}
    return joined, target, headers


def cut_short(received: int, length: int | None) -> SourceCutShort:
    of = f" of {length:,}" if length is not None else ""
    return SourceCutShort(f"The source ended early: {received:,}{of} bytes arrived.", retryable=True)
