"""What a recogniser hears in a video, for callers who ask for it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import NamedTuple

from chalicelib.audio.speech import SpeechTrack, speech_track
from chalicelib.errors import JobError
from chalicelib.settings import settings
from chalicelib.text.failures import FILE, TextError
from chalicelib.text.sources.naming import title_of
from chalicelib.text.sources.share import Share
from chalicelib.text.sources.source import Wanted
from chalicelib.text.transcript import Transcript, Video


class Speech:
    name = "speech"

    def applies(self, wanted: Wanted) -> bool:
        return wanted.request.speech_to_text and wanted.target.kind in ("media", "video")

    def fetch(self, wanted: Wanted) -> Transcript:
        """Raises TextError, JobError as an audio job does, and NotYet while a recogniser works elsewhere."""
        if wanted.request.use_proxy:
            # media is fetched without one
            raise TextError("PROXY_NOT_APPLICABLE")
        if settings().speech == "transcribe":
            from chalicelib.text.sources import transcribe

            return transcribe.recognise(wanted)
        if settings().speech == "whisper":
            from chalicelib.text.sources import whisper

            return whisper.recognise(wanted)
        raise TextError("SPEECH_NOT_CONFIGURED")


def begun(wanted: Wanted) -> bool:
    """Whether an earlier attempt has found nothing else, and brought the sound to a recogniser elsewhere."""
    if settings().speech != "transcribe":
        return False
    from chalicelib.text.sources import transcribe

    return transcribe.begun(wanted)


class Heard(NamedTuple):
    track: SpeechTrack
    video: Video


@contextmanager
def heard(wanted: Wanted) -> Iterator[Heard]:
    """The video's sound, no longer than this service transcribes; how long it is gets told."""
    found = _find(wanted)
    try:
        with speech_track(found.url, Share(wanted.task, 5, 30), _check) as track:
            minutes = round(track.seconds / 60, 1)
            facts = {"speech": {"recogniser": settings().speech, "minutes": minutes}}
            wanted.task.report(30, "recognizing_speech", facts)
            yield Heard(track, _video(wanted, found.video, track))
    except JobError as error:
        if error.code != "INVALID_VIDEO":
            raise
        raise found.failure or TextError("SITE_NOT_SUPPORTED", details=error.message) from error


@dataclass(frozen=True)
class _Media:
    url: str
    video: Video | None = None
    """As its site describes it."""
    failure: TextError | None = None
    """The site's, if its URL is tried as that of a file."""


def _find(wanted: Wanted) -> _Media:
    from chalicelib.text.sources.ytdlp import YtDlp

    target = wanted.target
    source = YtDlp()
    if not source.applies(wanted):
        return _Media(target.url)
    try:
        return _Media(*source.media(wanted))
    except TextError as error:
        if target.kind != "media" or FILE not in error.helps:
            raise
        return _Media(target.url, failure=error)


def _video(wanted: Wanted, known: Video | None, track: SpeechTrack) -> Video:
    video = known or Video(url=wanted.target.url, video_id=wanted.target.video_id)
    name = title_of(video.url) if wanted.target.kind == "media" else None
    return replace(
        video,
        title=video.title or track.tags.get("title") or name,
        author=video.author or track.tags.get("artist"),
        duration=round(track.seconds, 3),
    )


def _check(seconds: float) -> None:
    most = settings().speech_max_minutes
    if seconds > most * 60:
        details = f"It lasts {math.ceil(seconds / 60)} minutes; at most {most} are transcribed."
        raise TextError("SPEECH_TOO_LONG", details=details)
