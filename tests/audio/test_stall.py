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
VERSION = '[ "$1" = -version ] && echo "ffmpeg version 7.1" && exit'
SILENT = "true"
REPEATING = "(while sleep 0.05; do echo out_time_us=1000000; done) &"
COMPLAINING = "(while sleep 0.05; do echo '[error] Never mind' >&2; done) &"


class Hung:
    """Does some work, starts a child and hangs."""

    def __init__(self, folder: Path, work: str) -> None:
        self.path, self._mark = folder / "ffmpeg", folder / "pids"
        mark = f"echo $$ $! > {self._mark}.new; mv {self._mark}.new {self._mark}"
        self.path.write_text(f"#!/bin/sh\n{VERSION}\n{work}\nsleep 600 &\n{mark}\nwait\n")
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


class Clock:
    """Moves on by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


def clocked(environment: pytest.MonkeyPatch, folder: Path, work: str) -> Clock:
    """That of the watch over a program which does that work."""
    path, clock = folder / "ffmpeg", Clock()
    path.write_text(f"#!/bin/sh\n{VERSION}\n{work}\n")
    path.chmod(0o755)
    environment.setenv("FFMPEG_PATH", str(path))
    settings.cache_clear()
    ffmpeg.binary()
    environment.setattr(child, "time", clock)
    return clock


def test_what_waits_while_the_source_is_all_picture_is_not_hung(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Every half a minute some of the source comes, and none of it is for ffmpeg."""
    clock = clocked(environment, tmp_path, "cat >/dev/null")
    arrives, passed = threading.Semaphore(0), threading.Semaphore(0)

    def feed(sink: Sink, stop: threading.Event) -> None:
        for _ in range(5):
            assert arrives.acquire(timeout=PATIENCE_SECONDS)
            sink.skip(1000)
            passed.release()

    def tick(_: float) -> None:
        arrives.release()
        passed.acquire(timeout=1)
        clock.now += child.STALL_SECONDS / 2 + 1

    assert ffmpeg.run([], tick=tick, feed=feed).returncode == 0
    assert clock.now > 2 * child.STALL_SECONDS


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
