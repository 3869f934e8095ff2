"""The load of `python -m bench webhooks`, with fewer events."""

from __future__ import annotations

import pytest

from tests.clock import FakeClock
from tests.webhooks import load

pytestmark = pytest.mark.usefixtures("cloud")
EVENTS = 60


def test_nothing_is_lost_and_nothing_is_taken_twice(clock: FakeClock) -> None:
    report = load.run(EVENTS, clock)
    assert (report.events, report.lost, report.doubled) == (EVENTS, [], [])
    assert len(report.repeated) == 1  # taken by the receiver that died before it could say so
    assert report.attempts > EVENTS / (1 - load.FAILS)
    assert len(report.latencies) == EVENTS
    assert report.latencies[-1] > load.DEAD_SECONDS
