"""A job that is told to stop, wherever it is, stops within five seconds and leaves nothing behind."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from chalicelib.audio import cover, ffmpeg
from chalicelib.errors import JobCancelled
from chalicelib.settings import settings
from tests.audio import pictured
from tests.audio.conftest import Audio, RecordingTask
from tests.media.programs import Stuck
from tests.waiting import wait_for

PATIENCE_SECONDS = 5
# the part of a job that a call of ffmpeg belongs to, by its arguments
PARTS = {
    "probe": r"-i file:\S+$",
    "start of the sound": "ashowinfo",
    "measuring": "ebur128",
    "tags": "-f ffmetadata",
    "encoding": "libmp3lame",
    "copying": "-c:a copy",
    "check of the copy": "asetpts=N/SR/TB",
}


class Cancel:
    """Raises JobCancelled in the job from the moment that `when` holds, and remembers that moment."""

    def __init__(self, when: Callable[[], object]) -> None:
        self._when = when
        self.moment = 0.0

    def __call__(self, step: str) -> None:
        if not self.moment and self._when():
            self.moment = time.monotonic()
        if self.moment:
            raise JobCancelled("cancelled")


@pytest.fixture
def stuck(request: pytest.FixtureRequest, tmp_path: Path, environment: pytest.MonkeyPatch) -> Iterator[Stuck]:
    made = Stuck(tmp_path, PARTS[request.param])
    environment.setenv("FFMPEG_PATH", str(made.path))
    settings.cache_clear()
    ffmpeg._find.cache_clear()
    yield made
    ffmpeg._find.cache_clear()


def ended(pids: list[int]) -> bool:
    """Whether none of them runs; one that nobody has waited for yet does not."""
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                return False
    return True


def left_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name in ("ffmpeg-feeder", "upload")]


@pytest.mark.parametrize("stuck", PARTS, indirect=True)
def test_in_each_part(audio: Audio, stuck: Stuck, request: pytest.FixtureRequest) -> None:
    part = request.node.callspec.params["stuck"]
    to = "aac" if "cop" in part else "mp3"
    cancel = Cancel(stuck.pids)
    wishes = {"normalize": part == "measuring", "preserve_metadata": part == "tags"}
    with pytest.raises(JobCancelled):
        audio.run("plain/index-last.mp4", to, RecordingTask(on_report=cancel), **wishes)
    assert time.monotonic() - cancel.moment < PATIENCE_SECONDS
    assert len(stuck.pids()) == 2
    wait_for(lambda: ended(stuck.pids()))  # it ignores SIGTERM, and has a child
    assert left_threads() == []


@pytest.mark.parametrize("stuck", ["encoding"], indirect=True)
def test_while_the_encoder_takes_no_more(audio: Audio, stuck: Stuck) -> None:
    """The pipe is full, so the thread that feeds it hangs too."""
    cancel = Cancel(stuck.pids)
    with pytest.raises(JobCancelled):
        audio.run("chunked/float.wav", "mp3", RecordingTask(on_report=cancel))
    assert time.monotonic() - cancel.moment < PATIENCE_SECONDS
    wait_for(lambda: ended(stuck.pids()))
    assert left_threads() == []


@pytest.mark.parametrize("mode", ["stall", "drip"])
@pytest.mark.parametrize("source", ["s24-surround.wav", "index-last.mp4"])
def test_while_the_source_arrives(audio: Audio, mode: str, source: str) -> None:
    begin = time.monotonic()
    cancel = Cancel(lambda: time.monotonic() - begin > 1.5)
    with pytest.raises(JobCancelled):
        audio.run(f"{mode}/{source}", "mp3", RecordingTask(on_report=cancel))
    assert time.monotonic() - cancel.moment < PATIENCE_SECONDS
    assert left_threads() == []


def test_while_a_cover_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cover, "_TICK_SECONDS", 0.01)  # less than it takes to begin

    def cancel(_: float) -> None:
        raise JobCancelled("cancelled")

    with pytest.raises(JobCancelled):
        cover.made_anew(pictured.photo(), cancel)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)  # nobody is left to wait for
