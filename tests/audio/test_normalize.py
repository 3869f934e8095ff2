"""How often a result is made, and when that must end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from chalicelib.audio import ffmpeg
from chalicelib.audio.child import Finished
from chalicelib.audio.levels import Target
from chalicelib.audio.normalize import SPANS, Normalization
from chalicelib.audio.progress import Progress
from tests.audio import signals
from tests.audio.conftest import RecordingTask

pytestmark = pytest.mark.usefixtures("environment")


class Work:
    """Normalises one file by way of an encoder that takes 2 dB more away each time, and counts."""

    def __init__(self, folder: Path) -> None:
        self.source, self.result = folder / "source.wav", folder / "result"
        signals.write(self.source, signals.at(-30, signals.speech(plosives=3)))
        self.task = RecordingTask()
        self.progress = Progress(self.task)
        self.chains: list[Sequence[str]] = []

    def run(self, lufs: float) -> dict[str, object]:
        _, reached = Normalization(
            source=self.source, stream=0, before=["aresample=48000"], result=self.result,
            target=Target(lufs, -1.5), lossy=True, progress=self.progress, tick=lambda _: None,
        ).run(self.encode)  # fmt: skip
        return dict(reached.facts or {})

    def encode(self, filters: Sequence[str]) -> Finished:
        self.chains.append(filters)
        chain = ",".join([*filters, f"volume={-2 * len(self.chains)}dB"])
        arguments = ["-i", str(self.source), "-af", chain, "-ar", "48000", "-f", "mp3"]
        return ffmpeg.run([*arguments, str(self.result)], tick=lambda _: None, level="info")


def test_no_limiter_means_one_encoding(tmp_path: Path) -> None:
    work = Work(tmp_path)
    assert work.run(-40)["limited"] is False
    assert len(work.chains) == 1
    assert not any("limiter" in step for step in work.chains[0])


def test_a_result_is_made_three_times_at_most(tmp_path: Path) -> None:
    work = Work(tmp_path)
    facts = work.run(-16)
    assert facts["limited"] is True
    assert len(work.chains) == len(SPANS) == 3
    assert facts["output_lufs"] == pytest.approx(-18, abs=1.5)
    values = [value for value, _ in work.task.reports]
    assert values == sorted(values)


def test_near_the_end_of_its_time_a_job_takes_what_it_has(tmp_path: Path) -> None:
    class Late(Work):
        def encode(self, filters: Sequence[str]) -> Finished:
            started = time.monotonic()
            finished = super().encode(filters)
            now = time.monotonic()
            self.progress.deadline = now + (now - started)  # not twice what this has taken
            return finished

    work = Late(tmp_path)
    assert work.run(-16)["limited"] is True
    assert len(work.chains) == 1
