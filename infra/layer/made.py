"""What one of the two ways has made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Make = Literal["source", "wheel"]


@dataclass(frozen=True)
class Made:
    make: Make
    binary: bytes
    """ffmpeg itself."""
    licenses: Mapping[str, bytes]
    """By the names of their files."""
