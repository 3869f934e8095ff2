"""Whose URL it is. Pure and light: the API imports this."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

SHORT: Final = frozenset({"youtu.be", "y2u.be"})
_YOUTUBE: Final = SHORT | {"youtube.com", "youtube-nocookie.com", "youtubekids.com"}
_PLAYER: Final = "youtube.googleapis.com"


def registered(host: str | None) -> str:
    """The last two names of it: `youtube.com.example.net` is not YouTube's."""
    return ".".join((host or "").rstrip(".").split(".")[-2:])


def is_youtube(host: str | None) -> bool:
    return registered(host) in _YOUTUBE or (host or "").rstrip(".") == _PLAYER


def leads_to_youtube(url: str) -> bool:
    """Of a URL with its scheme."""
    try:
        return is_youtube(urlsplit(url).hostname)
    except ValueError:
        return False
