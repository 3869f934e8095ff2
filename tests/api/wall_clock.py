"""The time that the service goes by, which begins with the real one and moves when it is told."""

from __future__ import annotations

import time

import pytest

from tests.clock import FakeClock


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock(time.time_ns() // 1_000_000)
    monkeypatch.setattr("chalicelib.clock.time.time_ns", lambda: clock.now * 1_000_000)
    return clock
