"""What the demo asks for, and what must come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Example:
    video: str
    output: dict[str, Any]
    options: dict[str, Any]
    what: str
    codec: str | None
    """Of the file that must come out; None for the job that must fail."""
    bitrate: int | None = None
    """kbit/s asked for."""

    def request(self, url: str) -> dict[str, Any]:
        return {"source": {"type": "url", "url": url}, "output": self.output, "options": self.options}


EXAMPLES = (
    Example(
        "talk.mp4",
        {"format": "mp3", "bitrate": "192k", "normalize": True, "preserveMetadata": True},
        {"filename": "talk 192k"},
        "192k, normalised, tags kept",
        "mp3",
        192,
    ),
    Example("talk.mp4", {"format": "aac"}, {"filename": "talk"}, "AAC as it is: stream copy", "aac"),
    Example("music.webm", {"format": "flac", "quality": "high"}, {}, "lossless", "flac"),
    Example("music.webm", {"format": "ogg"}, {"priority": "high"}, "Vorbis, medium", "vorbis"),
    Example("music.webm", {"format": "wav"}, {"priority": "low"}, "16 bit PCM", "pcm_s16le"),
    Example("silent.mp4", {"format": "mp3"}, {}, "has no sound: must fail", None),
)
