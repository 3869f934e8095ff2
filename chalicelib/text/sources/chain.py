"""Asks the sources of transcripts, in the configured order, until one has it."""

from __future__ import annotations

import logging
from importlib import import_module

from chalicelib.settings import settings
from chalicelib.text.failures import OTHER_CAPTIONS, SPEECH, TextError
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
    """The first failure says which other sources may still help, and is the one that is told; a recogniser
    that was asked for and failed has the last word. Raises TextError, JobError and NotYet."""
    failure: TextError | None = None
    for name in settings().text_sources:
        if failure and _help_of(name) not in failure.helps:
            continue
        source = _make(name)
        if not source.applies(wanted):
            continue
        try:
            return source.fetch(wanted)
        except TextError as error:
            log.info("no transcript from %s", name, extra={"job": wanted.task.job_id, "code": error.code})
            if failure is None or name == "speech":
                failure = error
    raise failure or TextError("SITE_NOT_SUPPORTED")


def _help_of(name: str) -> str:
    return SPEECH if name == "speech" else OTHER_CAPTIONS


def _make(name: str) -> Source:
    """Imported when asked: most jobs need one source, and some of their libraries are large."""
    module, made = SOURCES[name]
    source: Source = getattr(import_module(module), made)()
    return source
