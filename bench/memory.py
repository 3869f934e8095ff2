"""Memory of this process."""

from __future__ import annotations

import re
from pathlib import Path


def peak_mb() -> float:
    """What it has held at most. Not by getrusage, which starts with the peak of whoever began the process."""
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) / 1024
