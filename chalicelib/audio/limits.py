"""What one ffmpeg may use up, set on it from outside: between fork and exec nothing of ours may run.

Linux knows how; elsewhere the watch over its advance and the job's own time are all there is.
"""

from __future__ import annotations

import math
import os
import sys
from contextlib import suppress
from dataclasses import dataclass

from chalicelib.settings import WORKER_MB

if sys.platform == "linux":
    import resource

WORKER_SECONDS = 900.0
"""No worker lives longer."""
# 250 MB cover the index of a ten-hour film, and 850 MB the longest gap in the sound that can be filled;
# each thread reserves a stack, and there are up to three for every core
_MOST_MEMORY = 1 << 30
_OURS = 192 << 20
"""Of the function's memory, for the worker itself."""
_MEMORY_PER_CORE = 32 << 20
_OPEN_FILES = 64
# between being told to stop and being killed
_LAST_SECONDS = 5


@dataclass(frozen=True)
class Limits:
    seconds: float = WORKER_SECONDS
    """Until nobody waits for it any more; its processor time is bounded by this, even if it is orphaned."""
    file_bytes: int | None = None
    """Of each file it writes."""
    worker_mb: int = WORKER_MB
    """Memory that it shares with its worker."""

    def impose(self, pid: int) -> None:
        if sys.platform != "linux":
            return
        cores = os.cpu_count() or 1
        processor = max(1, math.ceil(self.seconds * cores))
        memory = min(_MOST_MEMORY, (self.worker_mb << 20) - _OURS) + _MEMORY_PER_CORE * cores
        with suppress(ProcessLookupError):  # it has ended already
            _lower(pid, resource.RLIMIT_CPU, processor, processor + _LAST_SECONDS)
            _lower(pid, resource.RLIMIT_DATA, memory, memory)
            _lower(pid, resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES)
            _lower(pid, resource.RLIMIT_CORE, 0, 0)
            if self.file_bytes is not None:
                _lower(pid, resource.RLIMIT_FSIZE, self.file_bytes, self.file_bytes)


def _lower(pid: int, limit: int, soft: int, hard: int) -> None:
    """Never above what the machine's own hard limit is, which only root may raise."""
    _, given = resource.prlimit(pid, limit)
    if given != resource.RLIM_INFINITY:
        soft, hard = min(soft, given), min(hard, given)
    resource.prlimit(pid, limit, (soft, hard))
