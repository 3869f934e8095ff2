"""`python -m infra.local` as a user starts and stops it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from infra.admin import local_stack
from infra.local import account
from infra.local.__main__ import overrides
from tests.local.conftest import until
from tests.local.test_workers import gone

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the program with its temporary files under `tmp_path`; none outlives its test."""
    with ExitStack() as started:

        def run(**env: str) -> subprocess.Popen[str]:
            own = {"TMPDIR": str(tmp_path), **env}
            process = subprocess.Popen(
                [sys.executable, "-m", "infra.local"],
                cwd=account.ROOT,
                env={**account.inherited(), **own},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            started.enter_context(process)
            started.callback(process.kill)
            return process

        yield run


def parents() -> dict[int, int]:
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            found[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    return found


def family(pid: int) -> list[int]:
    """The process and all that it started."""
    return [pid, *(child for child, parent in parents().items() if parent == pid)]


def base_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if "Batchreel is up" in line:
            return line.split()[-1]
    raise AssertionError(process.communicate()[1])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_leaves_nothing(start: Start, tmp_path: Path, number: int) -> None:
    process = start(BATCHREEL_PORT="0", BATCHREEL_WORKERS="2")
    url = base_url(process)
    assert process.stdout is not None
    assert process.stdout.readline().split()[:2] == ["AWS", "endpoint"]
    with urllib.request.urlopen(url + "/health") as answer:
        assert answer.status == 200
    members = family(process.pid)
    assert local_stack.environment(url)["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert len(members) == 7  # itself, and two workers each for long functions, short ones and the API
    assert list(tmp_path.iterdir())
    process.send_signal(number)
    assert process.communicate(timeout=30)[1] == ""
    assert process.returncode == 0
    until(lambda: all(map(gone, members)))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="no stack runs at"):
        local_stack.environment(url)


def test_children_go_when_the_stack_is_killed(start: Start) -> None:
    process = start(BATCHREEL_PORT="0")
    base_url(process)
    members = family(process.pid)
    process.kill()
    process.communicate()
    until(lambda: all(map(gone, members)))


def test_taken_port_ends_with_its_name(start: Start, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start(BATCHREEL_PORT=str(port))
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors == f"cannot listen on 127.0.0.1:{port}: Address already in use\n"
    assert list(tmp_path.iterdir()) == []


def test_variables_of_the_stack_do_not_reach_the_functions() -> None:
    given = {"BATCHREEL_PORT": "1", "BATCHREEL_API_KEY": "k", "BATCHREEL_LEASE_SECONDS": "3", "HOME": "/"}
    assert overrides(given) == {"BATCHREEL_LEASE_SECONDS": "3"}
    assert os.environ.get("BATCHREEL_BATCHES_TABLE") is None
