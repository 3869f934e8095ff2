"""Audio jobs outside a worker: the engine's part of one, and whole ones in a process of their own.

`python -m bench.jobs JSON` runs one job and tells what it took.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any

from bench import ffmpegs
from bench.memory import peak_mb
from chalicelib.audio import extract as audio
from chalicelib.audio.progress import Progress
from chalicelib.audio.request import AudioRequest
from chalicelib.audio.source import open_download
from chalicelib.audio.workspace import PREFIX, workspace

ROOT = Path(__file__).parents[1]
_NAMES = ("BATCHES_TABLE", "ACCOUNTS_TABLE", "BUCKET", "EVENT_BUS", "FINISH_ARN", "KMS_KEY")


def environment(origin: str = "") -> dict[str, str]:
    named = {f"BATCHREEL_{name}": "bench" for name in _NAMES}
    keys = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
    more = {"BATCHREEL_DANGEROUS_ALLOW_NETS": "127.0.0.0/8", "AWS_DEFAULT_REGION": "us-east-1"}
    more |= {"FFMPEG_PATH": ffmpegs.deployed()}
    return named | keys | more | ({"AWS_ENDPOINT_URL": origin} if origin else {})


class Quiet:
    """A Task that takes every report."""

    job_id = "job_0000000000000001"
    attempt = 1
    object_prefix = "jobs/bench/1/"

    def report(self, progress: int, step: str, facts: Mapping[str, Any] | None = None) -> None:
        pass

    def submit_children(self, requests: Sequence[Mapping[str, Any]]) -> str:
        raise NotImplementedError

    def seconds_left(self) -> float:
        return 900


def extract(request: AudioRequest) -> None:
    """From the URL to the checked file; without the upload, which ffmpeg alone does not do either."""
    progress = Progress(Quiet())
    with workspace() as folder:
        audio.extract(partial(open_download, request.url, progress), request, progress, folder)


@dataclass(frozen=True)
class Cost:
    seconds: float
    worker_mb: float
    """Peak of the worker's own memory."""
    ffmpeg_mb: float
    """Peak of the largest ffmpeg, but at least what the worker held when it began it."""
    disk_mb: float
    """Most that the job's folder held."""
    outcome: Mapping[str, Any]


def whole(request: AudioRequest, origin: str) -> Cost:
    """Upload and all, in a process of its own. Raises CalledProcessError."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.jobs", json.dumps(request.to_json())],
        cwd=ROOT, env=os.environ | environment(origin), stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return Cost(**json.loads(done.stdout))


def _run(request: str) -> None:
    from chalicelib.audio import runner

    disk = _Disk()
    disk.start()
    start = time.perf_counter()
    outcome = runner.run(json.loads(request), Quiet())
    seconds = time.perf_counter() - start
    ffmpeg = getrusage(RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps(asdict(Cost(seconds, peak_mb(), ffmpeg, disk.most / 1e6, outcome))))


def cpu_seconds() -> float:
    """Of this process and of its children that have ended."""
    uses = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


class _Disk(threading.Thread):
    """Watches the job's folder grow."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0

    def run(self) -> None:
        import tempfile

        place = Path(tempfile.gettempdir())
        while True:
            sizes = [_size(file) for folder in place.glob(PREFIX + "*") for file in folder.glob("*")]
            self.most = max(self.most, sum(sizes))
            time.sleep(0.05)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


if __name__ == "__main__":
    _run(sys.argv[1])
