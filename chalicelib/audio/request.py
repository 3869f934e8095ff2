"""What an audio job is asked to do. Light: the API imports this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

FORMATS = ("mp3", "aac", "flac", "wav", "ogg", "opus")
QUALITIES = ("low", "medium", "high", "extreme")
DEFAULT_QUALITY = "medium"

CONTENT_TYPES: Mapping[str, str] = {
    "mp3": "audio/mpeg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "opus": "audio/opus",
}


@dataclass(frozen=True)
class AudioRequest:
    url: str
    format: str
    quality: str = DEFAULT_QUALITY
    bitrate: int | None = None
    """bit/s; overrides the quality."""
    normalize: bool = False
    preserve_metadata: bool = False
    filename: str | None = None
    """Without or with the extension of the format."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> AudioRequest:
        """Raises KeyError without `url` or `format`. Keys of other meaning are ignored."""
        bitrate = data.get("bitrate")
        return cls(
            url=data["url"],
            format=data["format"],
            quality=data.get("quality") or DEFAULT_QUALITY,
            bitrate=None if bitrate is None else int(bitrate),
            normalize=bool(data.get("normalize")),
            preserve_metadata=bool(data.get("preserve_metadata")),
            filename=data.get("filename"),
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
