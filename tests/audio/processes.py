"""Which processes still run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def child_readers(parent: int | None = None) -> list[int]:
    """The readers of pages that `parent`, or this process, has started."""
    found = ["pgrep", "-P", str(parent or os.getpid()), "-f", "chalicelib.sites.reader"]
    done = subprocess.run(found, capture_output=True, text=True)
    return [int(pid) for pid in done.stdout.split()]


def runs(pid: int) -> bool:
    """False also for one that has ended and was not waited for."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"
