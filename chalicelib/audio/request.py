"""What an audio job is asked to do. Light: the API imports this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

FORMATS = ("mp3", "aac", "m4a", "flac", "wav", "ogg", "opus")
"""Of sound; beside them there is `waveform`, which draws it."""
QUALITIES = ("low", "medium", "high", "extreme")
DEFAULT_QUALITY = "medium"

CONTENT_TYPES: Mapping[str, str] = {
    "mp3": "audio/mpeg",
    "aac": "audio/aac",
    "m4a": "audio/mp4",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "opus": "audio/opus",
    "waveform": "application/json",
}


@dataclass(frozen=True)
class AudioRequest:
    url: str
    """http(s), `s3://bucket/key`, or `upload:<id>`, with `/<file name>` if there is one."""
    format: str
    quality: str = DEFAULT_QUALITY
    bitrate: int | None = None
    """bit/s; overrides the quality."""
    normalize: bool = False
    preserve_metadata: bool = False
    filename: str | None = None
    """Without or with the extension of the format."""
    target_lufs: float | None = None
    """Of `normalize`; None: the operator's."""
    start: float | None = None
    """Seconds of the source from which on it is wanted, on the time line of its picture."""
    end: float | None = None
    sample_rate: int | None = None
    """Hz; None: the source's, as far as the format has it."""
    channels: int | None = None
    """None: the source's, as far as the format has them; for `waveform` one."""
    track: int | str | None = None
    """Number of the audio track, from 0, or its language; None: the default one."""
    destination: str | None = None
    """`s3://bucket/key` that gets a copy; a folder if it ends with a slash."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> AudioRequest:
        """Raises KeyError without `url` or `format`. Keys of other meaning are ignored."""
        known = {field.name for field in fields(cls)}
        given = {name: value for name, value in data.items() if name in known and value is not None}
        if "bitrate" in given:
            given["bitrate"] = int(given["bitrate"])
        return cls(**{"url": data["url"], "format": data["format"], **given})

    @property
    def extension(self) -> str:
        """Of the result's name, dot and all."""
        return ".waveform.json" if self.format == "waveform" else f".{self.format}"

    @property
    def trimmed(self) -> bool:
        return self.start is not None or self.end is not None

    def to_json(self) -> dict[str, Any]:
        """Without what is as if left out."""
        return {
            field.name: value
            for field in fields(self)
            if (value := getattr(self, field.name)) != field.default and value is not None
        }
