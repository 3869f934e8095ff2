"""What a recogniser hears in a video, for callers who ask for it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.audio.speech import SpeechTrack, speech_track
from chalicelib.errors import JobError
from chalicelib.settings import settings
from chalicelib.text.failures import TextError
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
        if settings().speech == "transcribe":
            from chalicelib.text.sources import transcribe

            return transcribe.recognise(wanted)
        if settings().speech == "whisper":
            from chalicelib.text.sources import whisper

            return whisper.recognise(wanted)
        raise TextError("SPEECH_NOT_CONFIGURED")


@contextmanager
def heard(wanted: Wanted) -> Iterator[SpeechTrack]:
    """The video's sound, no longer than this service transcribes; how long it is gets told."""
    try:
        with speech_track(_media_url(wanted), Share(wanted.task, 5, 30), _check) as track:
            minutes = round(track.seconds / 60, 1)
            facts = {"speech": {"recogniser": settings().speech, "minutes": minutes}}
            wanted.task.report(30, "recognizing_speech", facts)
            yield track
    except JobError as error:
        if error.code != "INVALID_VIDEO":
            raise
        raise TextError("SITE_NOT_SUPPORTED", details=error.message) from error


def video(wanted: Wanted, track: SpeechTrack) -> Video:
    return Video(
        url=wanted.target.url,
        video_id=wanted.target.video_id,
        title=track.tags.get("title") or (title_of(wanted.target.url) if _is_file(wanted) else None),
        author=track.tags.get("artist"),
        duration=round(track.seconds, 3),
    )


def _media_url(wanted: Wanted) -> str:
    if _is_file(wanted):
        return wanted.target.url
    from chalicelib.text.sources.ytdlp import YtDlp

    return YtDlp().media_url(wanted)


def _is_file(wanted: Wanted) -> bool:
    return wanted.target.kind == "media"


def _check(seconds: float) -> None:
    most = settings().speech_max_minutes
    if seconds > most * 60:
        details = f"It lasts {math.ceil(seconds / 60)} minutes; at most {most} are transcribed."
        raise TextError("SPEECH_TOO_LONG", details=details)
