"""When more connections are opened, by a clock of the test's own."""

from __future__ import annotations

import time

import pytest

from chalicelib.outbound.ahead import SEGMENT_BYTES
from chalicelib.outbound.pace import Pace
from chalicelib.outbound.patience import Patience


def test_only_a_reader_who_waits_gets_more(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    patience = Patience(2000, 30)
    looked_at = Pace(patience)
    for received, took, waited, slow in (
        (SEGMENT_BYTES - 1, 10.0, 10.0, False),  # not looked at yet
        (SEGMENT_BYTES, 0.0, 0.0, True),
        (2 * SEGMENT_BYTES, 10.0, 4.9, False),  # it works longer than it waits
        (3 * SEGMENT_BYTES, 10.0, 5.1, True),
        (4 * SEGMENT_BYTES, 0.09, 0.09, False),  # that was fast
    ):
        now += took
        patience.waited += waited
        assert looked_at.slow(received) is slow
