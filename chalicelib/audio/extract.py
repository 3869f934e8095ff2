"""One source into one file: streamed into the encoder where that is possible, else by way of a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from chalicelib.audio import (
    additions,
    audio_tracks,
    failures,
    ffmpeg,
    kept,
    lengths,
    levels,
    mp4,
    plan,
    presets,
    probe,
    results,
    timing,
    trim,
)
from chalicelib.audio.additions import NOTHING, Additions
from chalicelib.audio.child import Feed, Finished
from chalicelib.audio.levels import Target
from chalicelib.audio.made import Made, input_facts
from chalicelib.audio.normalize import Encode, Normalization, Reached
from chalicelib.audio.outlook import Outlook
from chalicelib.audio.progress import Progress
from chalicelib.audio.request import AudioRequest
from chalicelib.audio.source import Download
from chalicelib.errors import JobError
from chalicelib.settings import settings

COPY_CHECK_SECONDS = 20
_ENDS_EARLY = re.compile(
    r"partial file|end(s|ed) prematurely|Read error|Truncat|Packet corrupt", re.IGNORECASE
)
# a chain of Ogg streams that are not alike
_CHANGES = re.compile(r"Channel change is not supported|failed to create or replace stream")


class Known(NamedTuple):
    info: probe.MediaInfo
    stream: probe.AudioStream
    lead: float
    """Seconds from the first picture to the first sound."""


class Extraction:
    """What the steps of one job share."""

    def __init__(
        self,
        request: AudioRequest,
        download: Download,
        progress: Progress,
        folder: Path,
        *,
        shape: plan.Encoding | None = None,
        check: Callable[[float], None] = lambda _: None,
    ) -> None:
        """`shape` replaces what the request's quality asks for. `check` is told the source's seconds as soon
        as they are known, and may raise."""
        self._request = request
        self._shape = shape
        self._check = check
        self._download = download
        self._progress = progress
        self._spooled = folder / "source"  # no extension: ffmpeg would let it steer the probe
        self._out = folder / "audio"
        self._known: Known | None = None
        self._kept: kept.Kept | None = None
        self._additions = NOTHING

    def run(self) -> Made:
        if self._download.sniffed.container == "text":
            raise failures.text_page()
        if not self._download.head:
            raise failures.not_media()
        if self._download.sniffed.encrypted:
            raise failures.encrypted()
        streamed = self._stream() if self._may_stream() else None
        return streamed or self._from_file()

    def _may_stream(self) -> bool:
        known = self._download.sniffed.front_to_back and self._download.sniffed.index_end <= len(
            self._download.head
        )
        told = not self._request.preserve_metadata or kept.told_by(
            self._download.head, self._download.sniffed.container
        )
        return known and told and not self._download.whole and not self._request.normalize

    def _stream(self) -> Made | None:
        """None if it must be read twice after all: to be copied, or for its cover or chapters."""
        self._spooled.write_bytes(self._download.head)
        known = self._known = self._probe_head()
        self._spooled.unlink()
        if not known or self._may_copy(known.stream) or (self._kept and not self._kept.tags_only):
            return None
        self._progress.enter("analyzing", 5, 5)
        self._progress.enter("extracting", 5, 95)
        return self._encode(*known, feed=self._download.feed)

    def _probe_head(self) -> Known | None:
        """None if the head alone does not tell: a cover or attachments may fill it."""
        try:
            info, stream = self._probe(partial=True)
        except JobError as error:
            missing = error.code in ("NO_AUDIO", "TRACK_NOT_FOUND")
            index_known = self._download.sniffed.index_end > 0
            if error.code == "INVALID_VIDEO" or (missing and not index_known):
                return None
            raise
        lead = timing.lead(self._spooled, info, stream, self._still)
        return None if lead is None else Known(info, stream, lead)

    def _from_file(self) -> Made:
        self._progress.enter("downloading", 3, 30)
        self._download.spool(self._spooled, self._progress)
        self._progress.enter("analyzing", 30, 35)
        # an index at the front has told all there is to know
        known = self._known if self._known and self._download.sniffed.index_end else self._probe_file()
        if self._kept:
            self._additions = additions.prepare(self._kept, self._request, self._spooled, self._still)
        if not self._request.normalize:
            self._progress.enter("extracting", 35, 95)
        if not known.lead and self._may_copy(known.stream):
            copied = self._copy(known.info, known.stream)
            if copied:
                return copied
        return self._encode(*known)

    def _probe_file(self) -> Known:
        info, stream = self._probe()
        return Known(info, stream, timing.lead(self._spooled, info, stream, self._still) or 0.0)

    def _may_copy(self, stream: probe.AudioStream) -> bool:
        container = self._download.sniffed.container
        return self._shape is None and plan.may_copy(self._request, stream, container)

    def _probe(self, *, partial: bool = False) -> tuple[probe.MediaInfo, probe.AudioStream]:
        if not partial and mp4.encrypted(self._spooled):
            raise failures.encrypted()
        info = probe.probe(self._spooled, self._still, partial=partial)
        self._progress.learn(input=input_facts(self._download, info))
        stream = audio_tracks.choose(info, self._request.track)
        if not partial:
            trim.check(self._request, info)
        if stream.rate == 0 or stream.codec in ("none", "unknown"):
            raise failures.unsupported()
        self._check(info.duration or 0.0)
        if not info.estimated:
            self._check_length(trim.reached(self._request, info.duration or 0.0))
        if self._request.preserve_metadata:
            self._kept = kept.look(self._spooled, stream.index, self._still)
        return info, stream

    def _copy(self, info: probe.MediaInfo, stream: probe.AudioStream) -> Made | None:
        """None if the result is no good: undecodable, with gaps, or larger than the quality asked for."""
        arguments = plan.copy_arguments(self._request, stream, self._tags())
        finished = self._ffmpeg(arguments, info.duration, None)
        # these keep the source's timestamps or its header, and only decoding tells
        whole = self._request.format in ("ogg", "opus", "flac")
        decoded = lengths.decoded(self._out, self._still, None if whole else COPY_CHECK_SECONDS)
        if finished.returncode or not finished.seconds or not decoded:
            return None
        found = probe.probe(self._out, self._still)
        seconds = decoded if whole else results.seconds(self._out, self._request.format, found)
        if abs(finished.seconds - seconds) > timing.TOLERANCE_SECONDS:
            return None
        if self._request.format == "m4a" and mp4.longest_packet(self._out) > timing.TOLERANCE_SECONDS:
            return None
        if self._out.stat().st_size * 8 / seconds > plan.copy_limit(self._request, stream):
            return None
        added = self._additions
        # with a picture beside it, not every ffmpeg tells how much sound it has written
        if added.outputs and self._ffmpeg(arguments, info.duration, None, more=added).returncode:
            return None
        warnings = (*added.warnings, *self._length_warnings(info, seconds, finished.text))
        return Made(self._out, "copy", seconds, info, found.audio[0], warnings, added=added.size)

    def _encode(
        self, info: probe.MediaInfo, stream: probe.AudioStream, lead: float, feed: Feed | None = None
    ) -> Made:
        expected = trim.seconds(self._request, info.duration)
        chosen = self._shape or plan.encoding(self._request, stream, expected)
        skipped = 0.0 if feed or lead else trim.skipped(self._request, self._download.sniffed.container)
        filters = timing.filters(info.container, stream, lead) + trim.filters(self._request, skipped)
        filters += plan.blocks(self._request, self._download.sniffed.container)
        encode = self._encoder(stream, chosen, expected, skipped, feed)
        if self._request.normalize:
            finished, reached = self._normalization(stream, chosen, expected, filters).run(encode)
        else:
            finished, reached = encode(filters), Reached()
        made = results.look(self._out, self._request.format, stream, chosen, finished, self._still)
        missed = self._length_warnings(info, made.seconds, finished.text)
        warnings = [*chosen.warnings, *missed, *reached.warnings]
        if finished.errors:
            warnings.append(f"decode_errors:{finished.errors}")
        return Made(
            path=made.path,
            mode="transcode",
            seconds=made.seconds,
            source=info,
            found=made.sound,
            warnings=(*warnings, *self._additions.warnings),
            loudness=reached.facts,
            granted=chosen.bitrate,
            added=self._additions.size,
        )

    def _encoder(
        self,
        stream: probe.AudioStream,
        chosen: plan.Encoding,
        expected: float | None,
        skipped: float,
        feed: Feed | None,
    ) -> Encode:
        level = "info" if self._request.normalize else "warning"

        def encode(filters: Sequence[str]) -> Finished:
            arguments = plan.encode_arguments(self._request, stream, chosen, filters, self._tags())
            finished = self._ffmpeg(arguments, expected, feed, level, skipped, self._additions)
            if finished.returncode:
                raise failures.from_ffmpeg(finished.returncode, finished.text)
            if not finished.seconds or not self._out.stat().st_size:
                start = self._request.start
                raise failures.nothing_left(start) if start else failures.not_media()
            return finished

        return encode

    def _normalization(
        self, stream: probe.AudioStream, chosen: plan.Encoding, expected: float | None, filters: Sequence[str]
    ) -> Normalization:
        wanted = self._request.target_lufs
        return Normalization(
            source=self._spooled,
            stream=stream.index,
            before=[*filters, *levels.shape(chosen.rate, chosen.channels)],
            result=self._out,
            target=Target(settings().target_lufs if wanted is None else wanted, settings().target_peak),
            lossy=self._request.format not in presets.LOSSLESS,
            progress=self._progress,
            tick=self._share(expected),
        )

    def _ffmpeg(
        self,
        arguments: list[str],
        duration: float | None,
        feed: Feed | None,
        level: str = "warning",
        skipped: float = 0.0,
        more: Additions = NOTHING,
    ) -> Finished:
        source = "pipe:0" if feed else f"file:{self._spooled}"
        seek = ["-ss", f"{skipped:.6f}"] if skipped else []
        streams = [*ffmpeg.INPUT_FENCE, *seek, "-i", source, *more.inputs]
        command = [*streams, *arguments, *more.outputs, f"file:{self._out}"]
        limit = settings().source_max_bytes
        return ffmpeg.run(
            command,
            tick=self._advance(duration),
            feed=feed,
            level=level,
            max_bytes=limit,
            max_seconds=self._progress.seconds_left,
        )

    def _advance(self, duration: float | None) -> Callable[[float], None]:
        """For one run of ffmpeg that makes so many seconds."""
        share = self._share(duration)
        outlook = Outlook(duration, self._progress.deadline) if duration else None

        def advance(seconds: float) -> None:
            self._check_length(seconds)
            share(seconds)
            if outlook:
                outlook.check(seconds)

        return advance

    def _share(self, duration: float | None) -> Callable[[float], None]:
        if duration:
            return lambda seconds: self._progress.at(seconds / duration)
        return lambda _: self._progress.at(self._download.fraction)

    def _check_length(self, seconds: float) -> None:
        """While decoding too, since a file may claim less than it holds."""
        longest = settings().max_duration_seconds
        if seconds > longest:
            raise failures.too_much_sound(longest)

    def _still(self, _: float) -> None:
        self._progress.still()

    def _tags(self) -> Mapping[str, str] | None:
        return self._kept.tags if self._kept else None

    def _length_warnings(self, info: probe.MediaInfo, seconds: float, text: str) -> tuple[str, ...]:
        """Raises JobError when the media itself is cut off; the audio may rightly end before the picture."""
        if _CHANGES.search(text):
            raise failures.changed(seconds)
        expected = trim.seconds(self._request, info.duration) or 0.0
        beyond = trim.warnings(self._request, seconds)
        if info.estimated or seconds >= expected - max(2.0, 0.02 * (info.duration or 0.0)):
            return beyond
        if not info.has_video or _ENDS_EARLY.search(text):
            start = self._request.start or 0.0
            raise failures.cut_off(start + expected, start + seconds)
        return (*beyond, "audio_shorter_than_container")
