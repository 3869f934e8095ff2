"""The subtitle track of a media file, as a file of captions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chalicelib.audio import failures, ffmpeg, tracks
from chalicelib.audio.probe import Description
from chalicelib.audio.progress import Progress
from chalicelib.audio.source import Download, open_download
from chalicelib.audio.tracks import Contents, SubtitleStream
from chalicelib.audio.workspace import workspace
from chalicelib.errors import JobError
from chalicelib.task import Task

MAX_TRACK_BYTES: Final = 10_000_000
_WITH_TEXT: Final = {"mp4", "mov", "matroska", "webm"}
_FILE_SIZE_EXCEEDED: Final = -25

Choose = Callable[[Sequence[SubtitleStream]], SubtitleStream | None]


@dataclass(frozen=True)
class Found:
    name: str
    """Of the file, as the URL has it."""
    contents: Contents
    chosen: SubtitleStream | None = None
    data: bytes = b""
    """Of the chosen track."""
    format: str = "srt"
    """`srt` or `vtt`."""


def subtitles(url: str, task: Task, choose: Choose) -> Found:
    """Fetch the media as far as that is needed, and read the track that `choose` takes of those it has.

    Raises JobError: as an audio job does, and TOO_LARGE for a track above 10 MB.
    """
    progress = Progress(task)
    progress.enter("downloading", 0, 90)
    with workspace() as folder, failures.disk_failures(), open_download(url, progress) as download:
        return _Reading(download, progress, folder, choose).run()


class _Reading:
    def __init__(self, download: Download, progress: Progress, folder: Path, choose: Choose) -> None:
        self._download = download
        self._progress = progress
        self._source = folder / "source"  # no extension: ffmpeg would let it steer the probe
        self._out = folder / "subtitles"
        self._choose = choose

    def run(self) -> Found:
        if self._download.sniffed.container == "text":
            raise failures.text_page()
        if not self._download.head:
            raise failures.not_media()
        if self._tracks_in_head() and (known := self._probe_head()):
            return self._found(known, streamed=True)
        self._download.spool(self._source, self._progress)
        return self._found(self._probe(partial=False), streamed=False)

    def _tracks_in_head(self) -> bool:
        """Whether the start of the file names every track, and the rest can be read as it arrives."""
        sniffed = self._download.sniffed
        named = sniffed.front_to_back and sniffed.index_end <= len(self._download.head)
        other = sniffed.container not in _WITH_TEXT | {"unknown"}
        return (named or other) and not self._download.whole

    def _probe_head(self) -> Contents | None:
        """None if the head does not tell: a cover or attachments may fill it."""
        self._source.write_bytes(self._download.head)
        try:
            contents = self._probe(partial=True)
        except JobError as error:
            if error.code != "INVALID_VIDEO":
                raise
            return None
        finally:
            self._source.unlink()
        return contents if contents.has_streams else None

    def _probe(self, *, partial: bool) -> Contents:
        arguments = [*ffmpeg.SUBTITLE_FENCE, "-i", f"file:{self._source}"]
        finished = ffmpeg.run(arguments, tick=self._still, level="info", log=Description(chapters=True))
        if finished.returncode < 0:
            raise failures.from_ffmpeg(finished.returncode, finished.text)
        return tracks.parse(finished.text, partial=partial)

    def _found(self, contents: Contents, *, streamed: bool) -> Found:
        chosen = self._choose(contents.subtitles)
        if chosen is None:
            return Found(self._download.name, contents)
        kind, codec = _target(chosen.codec)
        # one muxer for each: SRT keeps no speakers, and turning it into WebVTT would escape its tags
        muxer = "webvtt" if kind == "vtt" else "srt"
        arguments = ["-map", f"0:{chosen.index}", "-c:s", codec, "-f", muxer, f"file:{self._out}"]
        # sound may begin a little before zero; ffmpeg before 8 would count from there
        times = ["-copyts"] if contents.start <= 0 else []
        source = "pipe:0" if streamed else f"file:{self._source}"
        finished = ffmpeg.run(
            [*times, *ffmpeg.SUBTITLE_FENCE, "-i", source, *arguments],
            tick=self._arrived,
            feed=self._download.feed if streamed else None,
            max_bytes=MAX_TRACK_BYTES,
        )
        if finished.returncode == _FILE_SIZE_EXCEEDED:
            raise JobError("TOO_LARGE", "The subtitle track is larger than 10 MB.")
        if finished.returncode:
            raise failures.from_ffmpeg(finished.returncode, finished.text)
        return Found(self._download.name, contents, chosen, self._out.read_bytes(), kind)

    def _arrived(self, _: float) -> None:
        self._progress.at(self._download.fraction)

    def _still(self, _: float) -> None:
        self._progress.still()


def _target(codec: str) -> tuple[str, str]:
    """Format and encoder. What is a file format already is copied, speakers and all."""
    if codec == "webvtt":
        return "vtt", "copy"
    return "srt", "copy" if codec in ("subrip", "srt") else "srt"
