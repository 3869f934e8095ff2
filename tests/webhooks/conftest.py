from __future__ import annotations

import pytest

from chalicelib.clock import now_ms
from tests.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    """Begins now: signatures are checked by a library that knows the time."""
    return FakeClock(now_ms())
