"""What a URL turns out to mean. Light: the API imports this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Target:
    kind: Literal["video", "playlist", "channel", "media"]
    """`media`: not on YouTube; a file, or a page of another site."""
    url: str
    """Canonical: two URLs of one video have the same."""
    video_id: str | None = None
    """YouTube's 11 characters."""
    list_id: str | None = None
    """The playlist; also of a video URL that names one."""
