"""Ending a session: nobody of it is left, in whatever process group it is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from infra.local import sessions
from tests.local.conftest import until
from tests.local.test_workers import gone

# the leader starts two children, one of them in a group of its own, which starts a grandchild
LEADER = """
import subprocess, sys
wait = [sys.executable, "-c", "input()"]
again = "import subprocess, sys; c = subprocess.Popen([*sys.argv[1:]]); print(c.pid, flush=True); input()"
near = subprocess.Popen(wait)
far = subprocess.Popen([sys.executable, "-c", again, *wait], process_group=0, stdout=subprocess.PIPE)
print(near.pid, far.pid, int(far.stdout.readline()), flush=True)
input()
"""


@pytest.fixture
def leader() -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", LEADER]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, start_new_session=True) as process:
        yield process
        sessions.kill(process.pid)


def children(leader: subprocess.Popen[bytes]) -> list[int]:
    assert leader.stdout is not None
    return [int(pid) for pid in leader.stdout.readline().split()]


def test_all_of_a_session_ends(leader: subprocess.Popen[bytes]) -> None:
    members = [leader.pid, *children(leader)]
    assert len(members) == 4
    assert not any(map(gone, members))
    sessions.kill(leader.pid)
    until(lambda: all(map(gone, members)))


def test_its_leader_may_be_gone_already(leader: subprocess.Popen[bytes]) -> None:
    members = children(leader)
    leader.kill()
    leader.wait()
    assert not any(map(gone, members))
    sessions.kill(leader.pid)
    until(lambda: all(map(gone, members)))


def test_who_asks_is_left(leader: subprocess.Popen[bytes]) -> None:
    members = children(leader)
    sessions.kill(leader.pid, but=leader.pid)
    until(lambda: all(map(gone, members)))
    assert not gone(leader.pid)
