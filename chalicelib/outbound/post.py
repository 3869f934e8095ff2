"""POST of a webhook."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse

from chalicelib.errors import OutboundError
from chalicelib.outbound.exchange import Exchange
from chalicelib.outbound.patience import Patience
from chalicelib.outbound.urls import parse

KEPT_BYTES = 2048


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    """The first 2,048 bytes; no more is read."""
    seconds: float


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeout: float) -> Answer:
    """POST `body` once, without following redirects, in at most `timeout` seconds altogether.

    Plain http goes to exempt networks only. Once a status has arrived it is the answer, even if the
    body behind it never ends. Raises OutboundError; its `timed_out` tells slowness from refusal.
    """
    started = time.monotonic()
    target = parse(url, https_only=True)
    with closing(Exchange(target, Patience(started + timeout, timeout), https_only=True)) as exchange:
        response = exchange.send("POST", headers, body)
        with response:
            exchange.expect(KEPT_BYTES)
            kept = _first_bytes(response)
        received = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, received, kept, time.monotonic() - started)


def _first_bytes(response: HTTPResponse) -> bytes:
    kept = b""
    try:
        while len(kept) < KEPT_BYTES and (data := response.read1(KEPT_BYTES - len(kept))):
            kept += data
    except (OutboundError, OSError, HTTPException):
        pass
    return kept
