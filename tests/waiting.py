from __future__ import annotations

import time
from collections.abc import Callable

GENEROUS_SECONDS = 60.0


def wait_for(condition: Callable[[], object], seconds: float = GENEROUS_SECONDS) -> None:
    """Poll until the condition holds. The limit is far off: a slow machine must not fail a test."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition was not met in time"
        time.sleep(0.05)
