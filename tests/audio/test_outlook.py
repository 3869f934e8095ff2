from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.audio import outlook as outlook_module
from chalicelib.audio.outlook import Outlook
from chalicelib.audio.progress import RESERVE_SECONDS
from chalicelib.errors import JobError
from tests.audio.conftest import Audio, RecordingTask
from tests.audio.media import ffmpeg

_SILENCE = ("-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono:d=600")


class Watch:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


def outlook(watch: Watch, total: float = 36_000, seconds: float = 880) -> Outlook:
    return Outlook(total, watch.now + seconds, watch)


def test_what_cannot_end_in_time_is_given_up_after_its_first_seconds(watch: Watch) -> None:
    ahead = outlook(watch)
    watch.now += 14
    ahead.check(280)
    watch.now += 2
    with pytest.raises(JobError) as raised:
        ahead.check(320)  # 20 times as fast as it plays: half an hour
    assert (raised.value.code, raised.value.retryable) == ("TOO_LONG", False)
    assert "30 minutes" in raised.value.message
    assert "15 minutes" in raised.value.message


def test_what_ends_in_time_goes_on(watch: Watch) -> None:
    ahead = outlook(watch)
    for second in range(1, 800):
        watch.now += 1
        ahead.check(second * 45)


def test_what_is_near_the_limit_gets_its_chance(watch: Watch) -> None:
    ahead = outlook(watch)
    watch.now += 20
    ahead.check(20 * 36)  # foreseen to take 1,000 s of 880


def test_nothing_is_said_before_anything_is_written(watch: Watch) -> None:
    ahead = outlook(watch)
    watch.now += 60
    ahead.check(0)


def test_what_is_passed_over_at_first_does_not_count(watch: Watch) -> None:
    ahead = outlook(watch, total=600)
    for _ in range(60):
        watch.now += 1
        ahead.check(0)
    for second in range(1, 20):
        watch.now += 1
        ahead.check(second)  # would be 60 times slower with what was before
    ahead.check(20)


def test_the_time_that_is_told_has_it_all(watch: Watch) -> None:
    ahead = outlook(watch)
    watch.now += 60
    ahead.check(0)
    watch.now += 20
    with pytest.raises(JobError) as raised:
        ahead.check(400)
    assert "31 minutes" in raised.value.message


def test_a_job_that_cannot_end_in_time_is_given_up_at_work(
    audio: Audio, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlook_module, "MEASURED_SECONDS", 0.1)
    monkeypatch.setattr(outlook_module, "MARGIN", 0.0)  # however quick the machine is
    minutes, hours = media / "ten-minutes.mka", media / "ten-hours.mka"
    ffmpeg(*_SILENCE, "-c:a", "flac", "-frame_size", "65535", minutes)
    ffmpeg("-stream_loop", "59", "-i", minutes, "-c", "copy", hours)
    task = RecordingTask(RESERVE_SECONDS + 120)
    with pytest.raises(JobError) as raised:
        audio.run("plain/ten-hours.mka", "mp3", task)
    assert (raised.value.code, raised.value.retryable) == ("TOO_LONG", False)
    assert "a worker has 2 minutes" in raised.value.message
    assert task.steps()[-1] == "extracting"


def test_where_only_the_size_tells_how_much_there_is_it_does(
    audio: Audio, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broadcast of half an hour, read as it arrives: its head holds no length."""
    monkeypatch.setattr(outlook_module, "MEASURED_SECONDS", 0.0)
    monkeypatch.setattr(outlook_module, "MARGIN", 0.0)
    ffmpeg("-f", "lavfi", "-i", "sine=r=48000:d=1800", "-c:a", "mp2", "-b:a", "96k", media / "half-hour.ts")
    with pytest.raises(JobError) as raised:
        audio.run("plain/half-hour.ts", "aac")
    assert (raised.value.code, raised.value.retryable) == ("TOO_LONG", False)
