"""One source into one file: streamed into ffmpeg where that is possible, else by way of a file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from chalicelib.audio import (
    additions,
    audio_tracks,
    failures,
    kept,
    mp4,
    mp4_track,
    plan,
    probe,
    timing,
    trim,
)
from chalicelib.audio.copying import NotCopied, copy, frame, framing
from chalicelib.audio.encoding import encode
from chalicelib.audio.made import Made, Sound, input_facts
from chalicelib.audio.progress import Progress
from chalicelib.audio.request import AudioRequest
from chalicelib.audio.sieve import sifted
from chalicelib.audio.source import Download
from chalicelib.audio.writer import Writer
from chalicelib.errors import JobError


def extract(
    opening: Callable[[], AbstractContextManager[Download]],
    request: AudioRequest,
    progress: Progress,
    folder: Path,
    *,
    shape: plan.Encoding | None = None,
    check: Callable[[float], None] = lambda _: None,
) -> tuple[Download, Made]:
    """`shape` replaces what the request's quality asks for. `check` is told the source's seconds as soon as
    they are known, and may raise. Raises JobError."""
    try:
        return _extracted(opening, request, progress, folder, shape, check)
    except NotCopied:
        return _extracted(opening, request, progress, folder, shape, check, again=True)


def _extracted(
    opening: Callable[[], AbstractContextManager[Download]],
    request: AudioRequest,
    progress: Progress,
    folder: Path,
    shape: plan.Encoding | None,
    check: Callable[[float], None],
    *,
    again: bool = False,
) -> tuple[Download, Made]:
    with opening() as download:
        known = {"name": download.name, "size": download.length, "duration": download.seconds}
        progress.learn(input=known | {"format": None})
        steps = _Extraction(request, download, progress, folder, shape=shape, check=check, again=again)
        return download, steps.run()


class _Extraction:
    """What the steps of one job share."""

    def __init__(
        self,
        request: AudioRequest,
        download: Download,
        progress: Progress,
        folder: Path,
        *,
        shape: plan.Encoding | None,
        check: Callable[[float], None],
        again: bool,
    ) -> None:
        """`again`: after NotCopied."""
        self._request = request
        self._shape = shape
        self._check = check
        self._again = again
        self._download = download
        self._progress = progress
        self._writer = Writer(request, download, progress, folder)
        self._known: Sound | None = None
        self._track: mp4_track.Track | None = None

    def run(self) -> Made:
        """Raises JobError, and NotCopied."""
        if self._download.sniffed.container == "text":
            raise failures.text_page()
        if not self._download.head:
            raise failures.not_media()
        if self._download.sniffed.encrypted:
            raise failures.encrypted()
        streamed = self._stream() if self._may_stream() else None
        return streamed or self._from_file()

    @property
    def _index_in_front(self) -> bool:
        """Of a container that has one; it tells all there is to know."""
        sniffed = self._download.sniffed
        return not sniffed.fragmented and 0 < sniffed.index_end <= len(self._download.head)

    def _may_stream(self) -> bool:
        known = self._download.sniffed.front_to_back and self._download.sniffed.index_end <= len(
            self._download.head
        )
        told = not self._request.preserve_metadata or kept.told_by(
            self._download.head, self._download.sniffed.container
        )
        return known and told and not self._download.whole and not self._request.normalize

    def _stream(self) -> Made | None:
        """None if it must be read twice: for its cover or chapters, or as a copy might be no good."""
        self._writer.spooled.write_bytes(self._download.head)
        self._known = self._probe_head()
        self._writer.spooled.unlink()
        if not self._known or (self._writer.kept and not self._writer.kept.tags_only):
            return None
        copied = self._may_copy(self._known)
        if copied and not (self._index_in_front and self._known.stream.bitrate and not self._again):
            return None
        self._progress.enter("analyzing", 5, 5)
        self._progress.enter("extracting", 5, 95)
        return self._arriving(self._known, copied=copied)

    def _arriving(self, known: Sound, *, copied: bool) -> Made:
        shape = framing(self._writer, self._track) if copied and self._track else None
        if self._track and shape:
            made = frame(self._writer, known, self._track, shape)
        else:
            sound, feed = sifted(self._download, known, self._track)
            made = (
                copy(self._writer, sound, feed) if copied else encode(self._writer, sound, self._shape, feed)
            )
        if not made:
            raise NotCopied
        return made

    def _probe_head(self) -> Sound | None:
        """None if the head alone does not tell: a cover or attachments may fill it."""
        try:
            info, stream = self._probe(partial=True)
        except JobError as error:
            missing = error.code in ("NO_AUDIO", "TRACK_NOT_FOUND")
            index_known = self._download.sniffed.index_end > 0
            if error.code == "INVALID_VIDEO" or (missing and not index_known):
                return None
            raise
        if self._index_in_front and self._download.length:
            self._track = mp4_track.find(self._download.head, stream.index, self._download.length)
        sound = Sound(info, stream, 0.0)
        # a copy is decoded afterwards: should its first frames be damaged, the source comes here again
        if self._track and not self._track.late and not self._again and self._may_copy(sound):
            return sound
        lead = timing.lead(self._writer.spooled, info, stream, self._writer.still)
        return None if lead is None else Sound(info, stream, lead)

    def _from_file(self) -> Made:
        self._progress.enter("downloading", 3, 30)
        self._download.spool(self._writer.spooled, self._progress)
        self._progress.enter("analyzing", 30, 35)
        sound = self._known if self._known and self._index_in_front else self._probe_file()
        if self._writer.kept:
            self._writer.additions = additions.prepare(
                self._writer.kept, self._request, self._writer.spooled, self._writer.still
            )
        if not self._request.normalize:
            self._progress.enter("extracting", 35, 95)
        copied = copy(self._writer, sound) if self._may_copy(sound) else None
        return copied or encode(self._writer, sound, self._shape)

    def _may_copy(self, sound: Sound) -> bool:
        as_it_is = self._shape is None and not sound.lead
        return as_it_is and plan.may_copy(self._request, sound.stream, self._writer.container)

    def _probe_file(self) -> Sound:
        info, stream = self._probe()
        lead = timing.lead(self._writer.spooled, info, stream, self._writer.still)
        return Sound(info, stream, lead or 0.0)

    def _probe(self, *, partial: bool = False) -> tuple[probe.MediaInfo, probe.AudioStream]:
        spooled, still = self._writer.spooled, self._writer.still
        if not partial and mp4.encrypted(spooled):
            raise failures.encrypted()
        info = probe.probe(spooled, still, partial=partial)
        if partial and self._download.sniffed.fragmented:
            info = replace(info, duration=None)
        self._progress.learn(input=input_facts(self._download, info))
        stream = audio_tracks.choose(info, self._request.track)
        if not partial:
            trim.check(self._request, info)
        if stream.encrypted:
            raise failures.encrypted()
        if stream.rate == 0 or stream.codec in ("none", "unknown"):
            raise failures.unsupported()
        self._check(info.duration or 0.0)
        if not info.estimated:
            self._writer.check_length(trim.reached(self._request, info.duration or 0.0))
        if self._request.preserve_metadata:
            self._writer.kept = kept.look(spooled, stream.index, still)
        return info, stream
