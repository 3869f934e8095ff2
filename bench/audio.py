"""The audio worker beside bare ffmpeg on the same file.

They run alternately; what is printed is the ratio of the least of their wall times. The worker fetches
over HTTP from this machine, probes, and checks what it made. Bare ffmpeg reads the file, where it leaps over
the picture, and once more the same URL.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from bench import ffmpegs, jobs, media
from bench.origin import origin
from bench.wall import least
from chalicelib.audio.request import AudioRequest
from chalicelib.settings import settings

ROUNDS = 5
SLOW_ORIGIN = 20_000_000
"""Bytes a second."""
CASES: Mapping[str, tuple[Mapping[str, str], Sequence[str]]] = {
    "mp3": ({"format": "mp3"}, ["-c:a", "libmp3lame", "-q:a", "4", "-f", "mp3"]),
    "aac": ({"format": "aac"}, ["-c:a", "aac", "-b:a", "128k", "-f", "adts"]),
    "flac": ({"format": "flac"}, ["-c:a", "flac", "-compression_level", "5", "-sample_fmt", "s16"]),
    "wav": ({"format": "wav"}, ["-c:a", "pcm_s16le"]),
    "ogg": ({"format": "ogg"}, ["-c:a", "libvorbis", "-q:a", "4"]),
    "opus": ({"format": "opus"}, ["-c:a", "libopus", "-b:a", "96k"]),
    "copy": ({"format": "aac", "quality": "high"}, ["-c:a", "copy", "-f", "adts"]),
    "copy to m4a": ({"format": "m4a", "quality": "high"}, ["-c:a", "copy", *media.FRONT_INDEX, "-f", "ipod"]),
}


def main() -> None:
    os.environ.update(jobs.environment())
    settings.cache_clear()
    print(f"Worker and bare ffmpeg: {ffmpegs.told()}; from the URL: imageio-ffmpeg's")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "source.mp4"
        media.video(source)
        _ratios(folder, source)
        _slow_origin(folder, source)
        _large(folder, source)
        _long(folder)


def _ratios(folder: Path, source: Path) -> None:
    print(f"10 minutes of video, {source.stat().st_size / 1e6:.0f} MB; best of {ROUNDS}, alternating")
    with origin(folder) as url:
        _compare(source, url, *CASES)


def _compare(source: Path, url: str, *names: str) -> None:
    print(f"{'':12}{'ffmpeg s':>9}{'worker s':>9}{'ratio':>7}{'ffmpeg from the URL s':>23}{'ratio':>7}")
    for name in names:
        wish, arguments = CASES[name]
        there = f"{url}/{source.name}"
        out = source.with_name(f"bare.{wish['format']}")
        bare, remote, ours = least(
            ROUNDS,
            partial(media.run, "-i", source, "-vn", *arguments, out, program=ffmpegs.deployed()),
            partial(media.run, "-i", there, "-vn", *arguments, out),
            partial(jobs.extract, AudioRequest(there, **wish)),  # type: ignore[arg-type]
        )
        print(f"{name:12}{bare:9.2f}{ours:9.2f}{ours / bare:7.2f}{remote:23.2f}{ours / remote:7.2f}")


def _slow_origin(folder: Path, source: Path) -> None:
    """What feeding ffmpeg while the source arrives gains over fetching it first."""
    wish, arguments = CASES["mp3"]
    with origin(folder, SLOW_ORIGIN) as url:
        there = f"{url}/{source.name}"

        def fetch_first() -> None:
            local = source.with_name("fetched.mp4")
            media.run("-i", there, "-c", "copy", local)
            bare = source.with_name("bare.mp3")
            media.run("-i", local, "-vn", *arguments, bare, program=ffmpegs.deployed())

        request = AudioRequest(there, **wish)  # type: ignore[arg-type]
        before, ours = least(ROUNDS, fetch_first, partial(jobs.extract, request))
    speed = f"{SLOW_ORIGIN / 1e6:.0f} MB/s"
    gain = f"{before / ours:.2f} times as fast"
    print(f"\nfrom {speed} to mp3: fetch, then encode {before:.2f} s, worker {ours:.2f} s, {gain}")


def _large(folder: Path, source: Path) -> None:
    large = folder / "large.mp4"
    media.repeated(source, large, 10)
    print(f"\n{large.stat().st_size / 1e9:.2f} GB of video")
    with origin(folder) as url:
        _compare(large, url, "copy")
        print("upload included:")
        for wish in ({"format": "mp3"}, {"format": "wav"}, {"format": "aac", "quality": "high"}):
            _show(jobs.whole(AudioRequest(f"{url}/{large.name}", **wish), url))  # type: ignore[arg-type]
    large.unlink()


def _long(folder: Path) -> None:
    lecture = folder / "lecture.m4a"
    media.speech(lecture, 10)
    print(f"\n10 hours of speech, {lecture.stat().st_size / 1e6:.0f} MB, to mp3; a worker has 880 s")
    with origin(folder) as url:
        _show(jobs.whole(AudioRequest(f"{url}/{lecture.name}", "mp3"), url))


def _show(cost: jobs.Cost) -> None:
    made = cost.outcome["output"]
    print(f"{made['format']:6}{cost.outcome['mode']:10}{cost.seconds:7.1f} s, worker {cost.worker_mb:.0f} MB,"
          f" ffmpeg {cost.ffmpeg_mb:.0f} MB, on disk {cost.disk_mb:.0f} MB")  # fmt: skip


if __name__ == "__main__":
    main()
