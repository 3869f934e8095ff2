"""One request of any method, for programs that follow redirects themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass

from chalicelib.errors import OutboundError
from chalicelib.outbound.exchange import Exchange
from chalicelib.outbound.fetch import Source
from chalicelib.outbound.patience import Patience
from chalicelib.outbound.urls import parse
from chalicelib.settings import settings


@dataclass(frozen=True)
class Reply:
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    """As they came: a name may be there twice."""
    body: bytes

    def header(self, name: str) -> str | None:
        """The first of this name."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)


def request(
    method: str,
    url: str,
    *,
    deadline: float,
    max_bytes: int,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    tick: Callable[[], None] = lambda: None,
) -> Reply:
    """Any status is an answer, redirects too. `deadline` (time.monotonic()) and `tick` as in open_source.

    Raises OutboundError, and SourceTooLarge for a body of more than `max_bytes`.
    """
    target = parse(url)
    with closing(Exchange(target, Patience(deadline, settings().source_timeout, tick))) as exchange:
        try:
            response = exchange.send(method, headers or {}, body)
        except ValueError as error:  # http.client's, for line breaks in a method or header
            raise OutboundError("The request is not well formed.", retryable=False) from error
        with response:
            source = Source(url, response, exchange, max_bytes)
            if source.compression:
                raise OutboundError("The host compresses although it was asked not to.", retryable=False)
            received = b"".join(source.chunks())
            return Reply(response.status, response.reason, tuple(response.getheaders()), received)
