"""Whisper on this machine, through faster-whisper: an optional extra with a model that the operator has put
into a directory. Nothing is ever downloaded."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from chalicelib.settings import settings
from chalicelib.task import Task
from chalicelib.text.captions.clean import clean
from chalicelib.text.failures import TextError
from chalicelib.text.language import base, tag
from chalicelib.text.sources.source import Wanted
from chalicelib.text.sources.speech import heard
from chalicelib.text.transcript import Cue, Transcript

if TYPE_CHECKING:
    from faster_whisper import WhisperModel
    from faster_whisper.transcribe import Segment

_RESERVE_SECONDS: Final = 20.0
"""Kept back from the worker's time, to fail properly."""


def recognise(wanted: Wanted) -> Transcript:
    """Raises TextError SPEECH_NOT_CONFIGURED, LANGUAGE_NOT_AVAILABLE or SPEECH_FAILED."""
    model = _model(settings().whisper_model_dir)
    asked = wanted.request.language
    spoken = code_of(model.supported_languages, asked) if asked else None
    with heard(wanted) as (track, video):
        segments, info = model.transcribe(
            str(track.path),
            language=spoken,
            vad_filter=True,
            # a mistake is not to be carried on to the end
            condition_on_previous_text=False,
        )
        cues = tuple(_cues(segments, wanted.task, track.seconds))
        if not cues:
            raise TextError("SPEECH_FAILED", details="No speech was heard.")
        return Transcript(
            video=video, cues=cues, language=tag(info.language), is_generated=True, source="whisper"
        )


def code_of(codes: Iterable[str], asked: str) -> str:
    """The model's own for a language: some are not BCP 47's. Raises TextError LANGUAGE_NOT_AVAILABLE."""
    found = next((code for code in codes if base(code) == base(asked)), None)
    if found is None:
        raise TextError("LANGUAGE_NOT_AVAILABLE", details=f"This model does not know {asked}.")
    return found


@lru_cache(maxsize=1)
def _model(folder: str) -> WhisperModel:
    """Kept between jobs: it takes seconds to load."""
    if not os.path.isdir(folder):  # else it would be taken for the name of a model to download
        raise TextError("SPEECH_NOT_CONFIGURED")
    try:
        from faster_whisper import WhisperModel
    except ImportError:
        raise TextError("SPEECH_NOT_CONFIGURED") from None
    try:
        return WhisperModel(folder, device="cpu", compute_type="int8", local_files_only=True)
    except (RuntimeError, ValueError, OSError) as error:
        raise TextError("SPEECH_NOT_CONFIGURED", details="The model cannot be read.") from error


def _cues(segments: Iterable[Segment], task: Task, seconds: float) -> Iterator[Cue]:
    """Recognises while it is iterated over."""
    for segment in segments:
        share = min(1.0, segment.end / max(seconds, 1.0))
        task.report(30 + int(15 * share), "recognizing_speech")
        if task.seconds_left() < _RESERVE_SECONDS:
            raise TextError(
                "SPEECH_FAILED", details="The recogniser did not end in the time that a worker has."
            )
        text = clean(segment.text)
        if text:
            duration = max(0.0, segment.end - segment.start)
            yield Cue(round(segment.start, 3), round(duration, 3), text)
