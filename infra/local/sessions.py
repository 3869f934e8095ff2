"""Ending a worker with all it started: ffmpeg is in a process group of its own, but in the same session."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")


def kill(session: int, *, but: int = 0) -> None:
    """SIGKILL to every process of the session except `but`, without waiting.

    Where there is no /proc, to those of the leader's process group alone: ffmpeg then ends by itself.
    """
    if not _PROC.joinpath("self/stat").exists():
        with suppress(ProcessLookupError):
            os.killpg(session, signal.SIGKILL)
        return
    killed = {but}
    while found := set(_members(session)) - killed:  # again, for what was started meanwhile
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        killed |= found


def _members(session: int) -> Iterator[int]:
    for folder in _PROC.glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended since
            # pid (name, which may hold anything) state parent group session ...
            fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
            if int(fields[3]) == session and fields[0] != b"Z":
                yield int(folder.name)
