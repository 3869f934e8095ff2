"""The whole audio worker beside bare ffmpeg on the same file.

Both run alternately in one process; what is printed is the ratio of the medians of their wall times. The
worker also fetches over HTTP from this machine, probes, and uploads to an emulated S3.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from moto import mock_aws

from chalicelib import aws
from chalicelib.audio import ffmpeg, runner
from chalicelib.audio.request import AudioRequest
from chalicelib.settings import settings

SECONDS = 300
ROUNDS = 5
CASES = {
    "mp3 V4": ("mp3", ["-c:a", "libmp3lame", "-q:a", "4", "-f", "mp3"]),
    "flac 5": ("flac", ["-c:a", "flac", "-compression_level", "5", "-sample_fmt", "s16", "-f", "flac"]),
    "opus 96k": ("opus", ["-c:a", "libopus", "-b:a", "96k", "-f", "opus"]),
    "aac copy": ("aac", ["-c:a", "copy", "-f", "adts"]),
}
NAMES = ("BATCHES_TABLE", "ACCOUNTS_TABLE", "BUCKET", "EVENT_BUS", "FINISH_ARN", "KMS_KEY")


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


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.1,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/source.mp4"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def make_source(file: Path) -> None:
    """Stereo chords over noise: encoders work as hard on it as on music."""
    sound = "aevalsrc='0.2*sin(440*t*PI)+0.05*random(0)|0.2*sin(661*t*PI)+0.05*random(1)':s=48000"
    _ffmpeg(
        "-f", "lavfi", "-i", sound, "-t", str(SECONDS), "-b:a", "128k", "-movflags", "+faststart", str(file)
    )


def _ffmpeg(*arguments: str) -> None:
    command = [ffmpeg.binary(), "-y", "-nostdin", "-loglevel", "error", *arguments]
    subprocess.run(command, check=True)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(bare: Callable[[], object], worker: Callable[[], object]) -> tuple[float, float]:
    pairs = [(seconds(bare), seconds(worker)) for _ in range(ROUNDS)]
    return statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs)


def main() -> None:
    os.environ.update({f"BATCHREEL_{name}": "bench" for name in NAMES})
    os.environ.update({"BATCHREEL_DANGEROUS_ALLOW_NETS": "127.0.0.0/8", "AWS_DEFAULT_REGION": "us-east-1"})
    os.environ.update({"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"})
    settings.cache_clear()
    print(f"{SECONDS} s of stereo, median of {ROUNDS}, alternating")
    print(f"{'':10} {'ffmpeg s':>9} {'worker s':>9} {'ratio':>6}")
    with tempfile.TemporaryDirectory() as folder, mock_aws():
        aws.s3().create_bucket(Bucket=settings().bucket)
        source = Path(folder) / "source.mp4"
        make_source(source)
        with served(source.parent) as url:
            for name, (form, arguments) in CASES.items():
                out = str(source.with_suffix(".out"))
                bare = partial(_ffmpeg, "-i", str(source), "-vn", *arguments, out)
                worker = partial(runner.run, AudioRequest(url, form).to_json(), Quiet())
                plain, ours = compare(bare, worker)
                print(f"{name:10} {plain:9.2f} {ours:9.2f} {ours / plain:6.2f}")
