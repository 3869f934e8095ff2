"""ffmpeg at work on one job's result: where it reads and writes, and the watch over how far it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from chalicelib.audio import failures, ffmpeg, trim
from chalicelib.audio.additions import NOTHING, Additions
from chalicelib.audio.child import Feed, Finished
from chalicelib.audio.kept import Kept
from chalicelib.audio.outlook import Outlook
from chalicelib.audio.probe import MediaInfo
from chalicelib.audio.progress import Progress
from chalicelib.audio.request import AudioRequest
from chalicelib.audio.source import Download
from chalicelib.settings import settings

_ENDS_EARLY = re.compile(
    r"partial file|end(s|ed) prematurely|Read error|Truncat|Packet corrupt", re.IGNORECASE
)
# a chain of Ogg streams that are not alike
_CHANGES = re.compile(r"Channel change is not supported|failed to create or replace stream")


class Writer:
    def __init__(self, request: AudioRequest, download: Download, progress: Progress, folder: Path) -> None:
        self.request = request
        self.download = download
        self.progress = progress
        self.spooled = folder / "source"  # no extension: ffmpeg would let it steer the probe
        self.out = folder / "audio"
        self.kept: Kept | None = None
        self.additions = NOTHING

    @property
    def container(self) -> str:
        """Of the source, by its first bytes."""
        return self.download.sniffed.container

    @property
    def tags(self) -> Mapping[str, str] | None:
        return self.kept.tags if self.kept else None

    def write(
        self,
        arguments: list[str],
        duration: float | None,
        feed: Feed | None = None,
        *,
        level: str = "warning",
        skipped: float = 0.0,
        more: Additions = NOTHING,
    ) -> Finished:
        """`duration`: seconds that should come out, if known."""
        source = "pipe:0" if feed else f"file:{self.spooled}"
        seek = ["-ss", f"{skipped:.6f}"] if skipped else []
        streams = [*ffmpeg.INPUT_FENCE, *seek, "-i", source, *more.inputs]
        return ffmpeg.run(
            [*streams, *arguments, *more.outputs, f"file:{self.out}"],
            tick=self._advance(duration),
            feed=feed,
            level=level,
            max_bytes=settings().source_max_bytes,
            max_seconds=self.progress.seconds_left,
        )

    def share(self, duration: float | None) -> Callable[[float], None]:
        """Tells how far a run of ffmpeg is that gets through so many seconds."""
        return lambda seconds: self.progress.at(self._done(seconds, duration))

    def still(self, _: float) -> None:
        self.progress.still()

    def check_length(self, seconds: float) -> None:
        """While decoding too, since a file may claim less than it holds. Raises JobError."""
        longest = settings().max_duration_seconds
        if seconds > longest:
            raise failures.too_much_sound(longest)

    def length_warnings(self, info: MediaInfo, seconds: float, text: str) -> tuple[str, ...]:
        """Raises JobError when the media itself is cut off; the audio may rightly end before the picture."""
        if _CHANGES.search(text):
            raise failures.changed(seconds)
        expected = trim.seconds(self.request, info.duration) or 0.0
        beyond = trim.warnings(self.request, seconds)
        if info.estimated or seconds >= expected - max(2.0, 0.02 * (info.duration or 0.0)):
            return beyond
        if not info.has_video or _ENDS_EARLY.search(text):
            start = self.request.start or 0.0
            raise failures.cut_off(start + expected, start + seconds)
        return (*beyond, "audio_shorter_than_container")

    def _done(self, seconds: float, duration: float | None) -> float:
        """Share of the work; 0 where nothing tells."""
        return seconds / duration if duration else self.download.fraction

    def _advance(self, duration: float | None) -> Callable[[float], None]:
        outlook = Outlook(1.0, self.progress.deadline)

        def advance(seconds: float) -> None:
            self.check_length(seconds)
            done = self._done(seconds, duration)
            self.progress.at(done)
            outlook.check(done if seconds else 0.0)

        return advance
