"""What every source of transcripts is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from chalicelib.task import Task
from chalicelib.text.request import TextRequest
from chalicelib.text.transcript import Transcript
from chalicelib.text.urls import Target


@dataclass(frozen=True)
class Wanted:
    request: TextRequest
    target: Target
    task: Task


class Source(Protocol):
    name: str
    """As in BATCHREEL_TEXT_SOURCES."""

    def applies(self, wanted: Wanted) -> bool:
        """Whether this source can know such a video at all. No network."""

    def fetch(self, wanted: Wanted) -> Transcript:
        """Raises TextError, and JobError for what is not about captions."""
