"""When more connections would help."""

from __future__ import annotations

import time

from chalicelib.outbound.ahead import SEGMENT_BYTES
from chalicelib.outbound.patience import Patience

SLOW_SECONDS = 0.1
"""Waited for one segment: below 80 MB/s. No encoder takes more."""
WAITING_SHARE = 0.5
"""Of the reader's time; from here on it is the network that holds the work up, not the work the network."""


class Pace:
    """Looks once per segment at how the reader's time went."""

    def __init__(self, patience: Patience, received: int = 0) -> None:
        self._patience = patience
        self._mark(received)

    def slow(self, received: int) -> bool:
        if received - self._received < SEGMENT_BYTES:
            return False
        waited = self._patience.waited - self._waited
        elapsed = time.monotonic() - self._at
        self._mark(received)
        return waited >= max(SLOW_SECONDS, WAITING_SHARE * elapsed)

    def _mark(self, received: int) -> None:
        self._received = received
        self._waited = self._patience.waited
        self._at = time.monotonic()
