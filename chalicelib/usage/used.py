"""What one job has used beside its worker's time, as its kind tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Used:
    media_ms: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    model: str | None = None
    """`<engine>/<model>` that the tokens were spent on."""
    tokens_in: int = 0
    tokens_out: int = 0
    recogniser: str | None = None
    speech_ms: int = 0
    """That it has listened to."""
