"""What was said in a video, and when. Times are seconds from its beginning. Light: the API imports this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

SCHEMA_VERSION = 1
UNKNOWN_LANGUAGE = "und"
"""Among us; callers are told null (see told_language)."""


@dataclass(frozen=True)
class Cue:
    """A piece of caption as its source has it. Cues of automatic captions may overlap."""

    start: float
    duration: float
    text: str
    speaker: str | None = None

    @property
    def end(self) -> float:
        return self.start + self.duration


@dataclass(frozen=True)
class Chapter:
    start: float
    title: str


@dataclass(frozen=True)
class Track:
    """Captions that a video has."""

    language: str
    name: str
    is_generated: bool | None
    """None: nobody says who made them."""


@dataclass(frozen=True, kw_only=True)
class Video:
    url: str
    video_id: str | None = None
    """YouTube's, or another site's own."""
    title: str | None = None
    author: str | None = None
    duration: float | None = None
    thumbnail: str | None = None
    chapters: tuple[Chapter, ...] = ()
    """The author's own."""

    @property
    def on_youtube(self) -> bool:
        return self.url.startswith("https://www.youtube.com/watch?v=")

    def at(self, seconds: float) -> str:
        """A link into the video, a media fragment where the site has no form of its own."""
        whole = max(0, int(seconds))
        return f"{self.url}&t={whole}s" if self.on_youtube else f"{self.url.partition('#')[0]}#t={whole}"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Video:
        """What `asdict` made. Raises KeyError or TypeError for anything else."""
        return cls(**dict(data) | {"chapters": tuple(Chapter(**chapter) for chapter in data["chapters"])})


@dataclass(frozen=True, kw_only=True)
class Transcript:
    video: Video
    cues: tuple[Cue, ...]
    language: str = UNKNOWN_LANGUAGE
    """BCP 47."""
    language_name: str | None = None
    is_generated: bool | None = None
    """True: made by a machine. False: by people. None: nobody says."""
    source: str
    """`youtube`, `yt-dlp`, `captions` (the caller's), `subtitle-track`, `transcribe`, `whisper`."""
    translated_from: str | None = None
    available: tuple[Track, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(" ".join(cue.text.split()) for cue in self.cues)

    @property
    def covered_until(self) -> float:
        return max((cue.end for cue in self.cues), default=0.0)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema_version": SCHEMA_VERSION,
            "video": asdict(self.video) | {"chapters": [asdict(c) for c in self.video.chapters]},
            "language": told_language(self.language),
            "language_name": self.language_name,
            "is_generated": self.is_generated,
            "source": self.source,
            "translated_from": self.translated_from,
            "available": [
                asdict(track) | {"language": told_language(track.language)} for track in self.available
            ],
            "segments": [_cue(cue) for cue in self.cues],
            "text": self.text,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Transcript:
        """What `to_json` wrote. Raises KeyError or TypeError for anything else."""
        return cls(
            video=Video.from_json(data["video"]),
            cues=tuple(Cue(c["start"], c["duration"], c["text"], c.get("speaker")) for c in data["segments"]),
            language=data["language"] or UNKNOWN_LANGUAGE,
            language_name=data["language_name"],
            is_generated=data["is_generated"],
            source=data["source"],
            translated_from=data["translated_from"],
            available=tuple(
                Track(**track | {"language": track["language"] or UNKNOWN_LANGUAGE})
                for track in data["available"]
            ),
        )


def told_language(language: str) -> str | None:
    return None if language == UNKNOWN_LANGUAGE else language


def _cue(cue: Cue) -> dict[str, Any]:
    plain = {"start": round(cue.start, 3), "duration": round(cue.duration, 3), "text": cue.text}
    return plain | ({"speaker": cue.speaker} if cue.speaker else {})
