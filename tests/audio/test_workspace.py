"""A job's directory: locked while the job runs, and gone afterwards, also after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.audio.workspace import PREFIX, workspace

# a worker with a child that goes on without it, as an encoder may that reads a file
WORKER = """
import subprocess, sys, tempfile
tempfile.tempdir = sys.argv[1]
from chalicelib.audio.workspace import workspace
with workspace() as folder:
    (folder / "source").write_text("much")
    child = subprocess.Popen(["sleep", "600"], stdout=subprocess.DEVNULL)
    print(child.pid, folder, flush=True)
    input()
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def worker(place: Path) -> Iterator[subprocess.Popen[str]]:
    command, pipe = [sys.executable, "-c", WORKER, str(place)], subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, text=True, cwd=Path(__file__).parents[2]
    ) as process:
        yield process
        process.kill()


def started(worker: subprocess.Popen[str]) -> tuple[int, Path]:
    """Its child, and its directory."""
    assert worker.stdout is not None
    pid, folder = worker.stdout.readline().split()
    return int(pid), Path(folder)


def test_it_is_gone_after_the_job(place: Path) -> None:
    with pytest.raises(FileNotFoundError), workspace() as folder:
        (folder / "audio").rename(folder / "source" / "audio")
    assert list(place.iterdir()) == []


def test_that_of_another_worker_is_left_alone(worker: subprocess.Popen[str]) -> None:
    child, other = started(worker)
    with workspace() as folder:
        assert folder != other
        assert (other / "source").exists()
    os.kill(child, signal.SIGKILL)


def test_that_of_a_killed_worker_is_removed(worker: subprocess.Popen[str]) -> None:
    child, other = started(worker)
    worker.kill()
    worker.wait()
    assert other.exists()
    with workspace():
        assert not other.exists()
    os.kill(child, signal.SIGKILL)


def test_what_only_looks_like_one_is_not_followed(
    place: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "file").write_text("")
    (place / f"{PREFIX}link").symlink_to(elsewhere)
    with workspace():
        pass
    assert (elsewhere / "file").exists()
