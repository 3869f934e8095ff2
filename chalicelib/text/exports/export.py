"""What an export is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Export:
    content: bytes
    content_type: str
    extension: str
    """Without the dot."""
