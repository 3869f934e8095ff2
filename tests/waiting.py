from __future__ import annotations

import time
from collections.abc import Callable

GENEROUS_SECONDS = 170.0


def wait_for(condition: Callable[[], object], seconds: float = GENEROUS_SECONDS) -> None:
    """Poll until the condition holds. The limit is far off: a slow machine must not fail a test.

    Asking costs what it is asked about its time, so it is asked less and less often."""
    end, pause = time.monotonic() + seconds, 0.05
    while not condition():
        assert time.monotonic() < end, "the condition was not met in time"
        time.sleep(pause)
        pause = min(1.2 * pause, 0.5)
