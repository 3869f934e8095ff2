"""What every summariser takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chalicelib.text.author_chapters import within
from chalicelib.text.segments import Segment, punctuated, split
from chalicelib.text.summarize.embedded.terms import known_language
from chalicelib.text.summary import Summary, Usage
from chalicelib.text.transcript import Chapter, Transcript


@dataclass(frozen=True)
class Talk:
    """What an engine summarises."""

    segments: tuple[Segment, ...]
    chapters: tuple[Chapter, ...]
    """The author's own, in order, each beginning later than the one before; may be empty."""
    language: str
    """BCP 47."""
    punctuated: bool
    """False: automatic captions without sentences."""
    duration: float | None
    """Of the video, in seconds."""


class EngineFailed(Exception):
    """`reason`: a short sentence without secrets."""

    def __init__(self, reason: str, *, retryable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retryable = retryable


@dataclass
class Attempt:
    """Modes that succeeded, and why the others did not."""

    summaries: dict[str, Summary] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    usage: Usage | None = None
    """Of a model, whatever came of it."""


class Engine(Protocol):
    def attempt(self, talk: Talk, modes: Sequence[str], instructions: str | None) -> Attempt: ...


def talk_of(transcript: Transcript) -> Talk:
    cues, video = transcript.cues, transcript.video
    # captions that were sent along often do not tell their language, but where to cut them depends on it
    segments = split(cues, known_language(transcript.language, (cue.text for cue in cues)))
    chapters = within(video.chapters, video.duration, segments[-1].end if segments else 0.0)
    return Talk(segments, chapters, transcript.language, punctuated(segments), video.duration)
