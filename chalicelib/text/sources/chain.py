"""Asks the sources of transcripts, in the configured order, until one has it."""

from __future__ import annotations

import logging
from importlib import import_module

from chalicelib.errors import JobError
from chalicelib.settings import settings
from chalicelib.text.failures import FILE, OTHER_CAPTIONS, SPEECH, TextError
from chalicelib.text.sources.source import Source, Wanted
from chalicelib.text.transcript import Transcript

log = logging.getLogger(__name__)

SOURCES = {
    "captions": ("chalicelib.text.sources.provided", "Provided"),
    "youtube": ("chalicelib.text.sources.youtube", "YouTube"),
    "yt-dlp": ("chalicelib.text.sources.ytdlp", "YtDlp"),
    "subtitle-track": ("chalicelib.text.sources.subtitle_track", "SubtitleTrack"),
    "speech": ("chalicelib.text.sources.speech", "Speech"),
}


def fetch(wanted: Wanted) -> Transcript:
    """The first failure says which other sources may still help, and is the one that is told, unless a later
    source knows better. Raises TextError, JobError and NotYet."""
    failure: TextError | None = None
    for name in _order(wanted):
        if failure and _help_of(name) not in failure.helps:
            continue
        source = _make(name)
        if not source.applies(wanted):
            continue
        try:
            return source.fetch(wanted)
        except JobError as error:
            log.info("no transcript from %s", name, extra={"job": wanted.task.job_id, "code": error.code})
            if failure and not _knows_better(name, error, failure):
                continue
            if not isinstance(error, TextError):
                raise
            failure = error
    if failure and failure.once and wanted.task.attempt > 1:
        failure.retryable = False
    raise failure or TextError("SITE_NOT_SUPPORTED")


def _order(wanted: Wanted) -> tuple[str, ...]:
    """What a caller has brought comes first, wherever the operator's order has it. While a recogniser works,
    a job comes back every half minute, and nobody else is asked each time."""
    if "speech" in settings().text_sources and wanted.request.speech_to_text:
        from chalicelib.text.sources import speech

        if speech.begun(wanted):
            return ("speech",)
    return "captions", *(name for name in settings().text_sources if name != "captions")


def _help_of(name: str) -> str:
    return {"speech": SPEECH, "subtitle-track": FILE}.get(name, OTHER_CAPTIONS)


def _knows_better(name: str, error: JobError, before: TextError) -> bool:
    """A recogniser that was asked for has the last word; and whatever is known of a URL says more than that
    nothing is: where extractors of pages have failed, it may be a file that can be read."""
    if name == "speech":
        return True
    if error.code == "SITE_NOT_SUPPORTED":
        return False
    read = name == "subtitle-track" and isinstance(error, TextError)
    return read or before.code == "SITE_NOT_SUPPORTED"


def _make(name: str) -> Source:
    """Imported when asked: most jobs need one source, and some of their libraries are large."""
    module, made = SOURCES[name]
    source: Source = getattr(import_module(module), made)()
    return source
