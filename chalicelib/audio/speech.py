"""The sound of a source as recognisers of speech want it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from chalicelib.audio import failures, plan
from chalicelib.audio.extract import extract
from chalicelib.audio.progress import Progress
from chalicelib.audio.request import AudioRequest
from chalicelib.audio.source import open_download
from chalicelib.audio.workspace import workspace
from chalicelib.task import Task

FORMAT: Final = "flac"
RATE: Final = 16_000
"""Hz; recognisers turn anything else into this."""
_SHAPE: Final = plan.Encoding(RATE, 1, ("-compression_level", "5", "-sample_fmt", "s16"))


@dataclass(frozen=True)
class SpeechTrack:
    path: Path
    """FLAC, mono; gone after the `with` block."""
    seconds: float
    tags: Mapping[str, str]
    """Of the source: `title`, `artist` …"""


@contextmanager
def speech_track(url: str, task: Task, check: Callable[[float], None]) -> Iterator[SpeechTrack]:
    """`check` is told the seconds, before the work if the source tells them and after it in any case; what
    it raises comes out here. Raises JobError as an audio job does."""
    progress = Progress(task)
    request = AudioRequest(url, FORMAT)
    with workspace() as folder:
        opening = partial(open_download, url, progress)
        with failures.disk_failures():
            _, made = extract(opening, request, progress, folder, shape=_SHAPE, check=check)
        check(made.seconds)
        yield SpeechTrack(made.path, made.seconds, made.source.tags)
