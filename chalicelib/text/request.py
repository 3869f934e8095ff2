"""What a text job is asked to do. Light: the API imports this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

MODES = ("tldr", "brief", "detailed", "study_notes", "timestamped", "key_insights")
DEFAULT_MODE = "tldr"
MAX_INSTRUCTIONS = 1000
"""Characters of `custom_instructions`."""


@dataclass(frozen=True, kw_only=True)
class TextRequest:
    """Equal requests are the same work: a batch does it once."""

    url: str
    """Canonical for YouTube: `https://www.youtube.com/watch?v=<id>`, or the playlist's or channel's URL."""
    modes: tuple[str, ...] = (DEFAULT_MODE,)
    language: str | None = None
    """BCP 47, of the transcript; None: the language that is spoken."""
    custom_instructions: str | None = None
    captions_url: str | None = None
    captions_key: str | None = None
    """Where in the bucket the captions lie that the caller sent along."""
    captions_format: str | None = None
    """`srt`, `vtt`, `json` or `txt`; None: told from the content."""
    speech_to_text: bool = False
    """Whether a recogniser may be asked when there are no captions."""
    allow_translation: bool = False
    """Whether YouTube's machine translation may stand in for a language that is not there."""
    use_proxy: bool | None = None
    """None: if one is configured. True: never without. False: never."""
    force_refresh: bool = False
    max_transcript_length: int | None = None
    """Characters; what follows is cut off at a cue, and the result says so."""
    max_videos: int | None = None
    """Of a playlist or channel."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TextRequest:
        """Raises KeyError without `url`. Keys of other meaning are ignored."""
        known = {field.name: data[field.name] for field in fields(cls) if data.get(field.name) is not None}
        known["url"] = data["url"]
        if "modes" in known:
            known["modes"] = tuple(known["modes"])
        return cls(**known)

    def to_json(self) -> dict[str, Any]:
        """What differs from the defaults, and the url."""
        unset = {field.name: field.default for field in fields(self)}
        changed = {name: value for name, value in asdict(self).items() if value != unset[name]}
        return {name: list(value) if name == "modes" else value for name, value in changed.items()}
