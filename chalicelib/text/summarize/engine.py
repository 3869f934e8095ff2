"""What every summariser takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chalicelib.text.segments import Segment, punctuated, split
from chalicelib.text.summary import Summary
from chalicelib.text.transcript import Chapter, Transcript


@dataclass(frozen=True)
class Talk:
    """What an engine summarises."""

    segments: tuple[Segment, ...]
    chapters: tuple[Chapter, ...]
    """The author's own; may be empty."""
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


class Engine(Protocol):
    name: str

    def summarize(self, talk: Talk, modes: Sequence[str], instructions: str | None) -> tuple[Summary, ...]:
        """One for each mode, in that order. Raises EngineFailed."""


def talk_of(transcript: Transcript) -> Talk:
    segments = split(transcript.cues, transcript.language)
    video = transcript.video
    return Talk(segments, video.chapters, transcript.language, punctuated(segments), video.duration)
