"""Two thousand damaged files, the same each time: every one ends soon, in a result or a documented error, and
leaves nothing behind.

One alone: `pytest tests/media/test_fuzz.py -k 17` runs the batch that a failure names; the file is kept.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from random import Random

import pytest

from chalicelib.audio import extract as audio
from chalicelib.audio.made import Made
from chalicelib.audio.progress import RESERVE_SECONDS, Progress
from chalicelib.audio.request import FORMATS, AudioRequest
from chalicelib.audio.source import Download, Waiting
from chalicelib.audio.workspace import workspace
from chalicelib.errors import JobError
from tests.audio import media as truth
from tests.audio.conftest import RecordingTask
from tests.media.mutations import Case, mutated, seeds

BATCHES, SIZE = 40, 50
JOB_SECONDS = 20.0
CHECKED = 10
"""One in so many results is decoded, if it is said to be whole."""

_TABLE = (Path(__file__).parents[2] / "docs" / "audio-api.md").read_text().partition("How a job fails")[2]
CODES = set(re.findall(r"^\| (?:\*\*\+\*\* )?`([A-Z_]+)`", _TABLE, re.MULTILINE))
OURS = {"DOWNLOAD_FAILED", "WORKER_LOST", "INTERNAL_ERROR"}


class Memory:
    """A Stream that has already arrived."""

    def __init__(self, data: bytes, *, length_known: bool) -> None:
        self._data = data
        self.length = len(data) if length_known else None
        self.received = 0

    def chunks(self) -> Iterator[bytes]:
        for at in range(0, len(self._data), 4096):
            chunk = self._data[at : at + 4096]
            self.received += len(chunk)
            yield chunk


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    return seeds(tmp_path_factory.mktemp("seeds"))


@pytest.fixture
def temporary(environment: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    environment.setattr(tempfile, "tempdir", str(folder))
    return folder


def extract(case: Case, number: int) -> str:
    """The mode, or the code of the error."""
    progress = Progress(RecordingTask(JOB_SECONDS + RESERVE_SECONDS))
    to = Random(number).choice([*FORMATS, "waveform"])
    request = AudioRequest("memory:", to, normalize=number % 8 == 0, preserve_metadata=number % 4 == 1)

    def arriving() -> AbstractContextManager[Download]:
        source = Memory(case.data, length_known=case.length_known)
        return nullcontext(Download("", source, Waiting(progress.still)))

    with workspace() as folder:
        try:
            _, made = audio.extract(arriving, request, progress, folder)
        except JobError as error:
            return error.code
        check(made, whole=number % CHECKED == 0)
        return made.mode


def check(made: Made, *, whole: bool) -> None:
    assert made.seconds > 0
    assert made.path.stat().st_size > 0
    if made.path.name == "waveform":
        assert json.loads(made.path.read_bytes())["length"] > 0
    elif whole and made.mode == "transcode" and not made.warnings:
        assert truth.seconds(made.path) == pytest.approx(made.seconds, abs=0.15)


def held() -> tuple[int, int]:
    """File descriptors and threads of this process."""
    return len(os.listdir("/proc/self/fd")), threading.active_count()


def run(case: Case, number: int, temporary: Path) -> str:
    before, begin = held(), time.monotonic()
    outcome = extract(case, number)
    assert time.monotonic() - begin < JOB_SECONDS + 5
    assert outcome in CODES - OURS | {"copy", "transcode"}
    assert held() == before
    assert list(temporary.iterdir()) == []
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    return outcome


@pytest.mark.parametrize("batch", range(BATCHES))
def test_mutations(good: Mapping[str, bytes], temporary: Path, tmp_path: Path, batch: int) -> None:
    outcomes: Counter[str] = Counter()
    for number in range(batch * SIZE, (batch + 1) * SIZE):
        case = mutated(number, good)
        try:
            outcomes[run(case, number, temporary)] += 1
        except BaseException as error:
            kept = tmp_path / f"case-{number}"
            kept.write_bytes(case.data)
            error.add_note(f"case {case.name}, kept as {kept}")
            raise
    print(dict(outcomes))
    assert {"INVALID_VIDEO", "transcode"} <= outcomes.keys()
