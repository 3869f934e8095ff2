"""Programs in ffmpeg's place that neither read, nor write, nor end."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from chalicelib.audio import child, ffmpeg
from chalicelib.audio.child import Feed, Sink
from chalicelib.errors import JobError
from chalicelib.settings import settings
from tests.audio.processes import runs
from tests.waiting import wait_for

PATIENCE_SECONDS = 30.0
"""Far off; for the day that nothing ends them."""
SILENT = "true"
REPEATING = "(while sleep 0.05; do echo out_time_us=1000000; done) &"
COMPLAINING = "(while sleep 0.05; do echo '[error] Never mind' >&2; done) &"


class Hung:
    """Does some work, starts a child and hangs."""

    def __init__(self, folder: Path, work: str) -> None:
        self.path, self._mark = folder / "ffmpeg", folder / "pids"
        version = '[ "$1" = -version ] && echo "ffmpeg version 7.1" && exit'
        mark = f"echo $$ $! > {self._mark}.new; mv {self._mark}.new {self._mark}"
        self.path.write_text(f"#!/bin/sh\n{version}\n{work}\nsleep 600 &\n{mark}\nwait\n")
        self.path.chmod(0o755)
        self._end = time.monotonic() + PATIENCE_SECONDS

    def pids(self) -> list[int]:
        return [int(pid) for pid in self._mark.read_text().split()]

    def tick(self, _: float) -> None:
        """It is judged only when it hangs."""
        wait_for(self._mark.exists)
        assert time.monotonic() < self._end, "nothing ends it"


def endless(sink: Sink, stop: threading.Event) -> None:
    while not stop.is_set():
        sink.write(bytes(65536))


@pytest.mark.parametrize("feed", [None, endless], ids=["reads-a-file", "is-fed"])
@pytest.mark.parametrize("work", [SILENT, REPEATING, COMPLAINING], ids=["silent", "repeating", "complaining"])
def test_what_makes_no_progress_is_ended(
    environment: pytest.MonkeyPatch, tmp_path: Path, work: str, feed: Feed | None
) -> None:
    hung = Hung(tmp_path, work)
    environment.setenv("FFMPEG_PATH", str(hung.path))
    settings.cache_clear()
    environment.setattr(child, "STALL_SECONDS", 0.3)
    with pytest.raises(JobError, match="no progress") as caught:
        ffmpeg.run([], tick=hung.tick, feed=feed)
    assert (caught.value.code, caught.value.retryable) == ("TIMEOUT", True)
    wait_for(lambda: not any(runs(pid) for pid in hung.pids()))
    assert "ffmpeg-feeder" not in [thread.name for thread in threading.enumerate()]
