"""CPU seconds that a worker of a local stack spends on one item, its part of the engine included: AWS, the
sources and whoever asks are other processes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import ffmpegs
from infra.local.stack import LocalStack
from tests.e2e.client import Client
from tests.e2e.text_client import TextClient

_TIMES = slice(11, 15)
"""Of the fields behind a process's name in its stat: of itself and of its children, user and system."""


@dataclass(frozen=True)
class Spent:
    cpu: float
    size: int = 0
    """Bytes of the result."""


@contextmanager
def stack(**environment: str) -> Iterator[LocalStack]:
    """With one worker for long work, and the ffmpeg that is deployed."""
    with LocalStack(workers=1, env={"FFMPEG_PATH": ffmpegs.deployed(), **environment}, log=2) as running:
        yield running


def audio(running: LocalStack, source: Mapping[str, Any], output: Mapping[str, Any], times: int) -> Spent:
    """The least of some times."""
    with closing(Client(running)) as client:
        rounds = [_audio(running, client, {"source": source, "output": output}) for _ in range(times)]
    return min(rounds, key=lambda each: each.cpu)


def _audio(running: LocalStack, client: Client, wish: Mapping[str, Any]) -> Spent:
    before = _seconds(running)
    (begun,) = client.submit(dict(wish))["jobs"]
    ended = client.job_ended(begun["jobId"])
    assert ended["status"] == "completed", ended
    return Spent(_seconds(running) - before, ended["outputFile"]["size"])


def text(running: LocalStack, wishes: Sequence[Mapping[str, Any]]) -> Spent:
    """The mean of all."""
    with closing(TextClient(running)) as client:
        before = _seconds(running)
        results = client.results(*map(dict, wishes))
    assert len(results["successful_jobs"]) == len(wishes), results
    return Spent((_seconds(running) - before) / len(wishes))


def _seconds(running: LocalStack) -> float:
    return sum(map(_of, running.worker_pids("long")))


def _of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[_TIMES])) / os.sysconf("SC_CLK_TCK")
