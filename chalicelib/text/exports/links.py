"""Links that are safe to click: only into the web, whatever a result's URL says."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlsplit

from chalicelib.text.exports.clean import seconds, unicode_only
from chalicelib.text.transcript import Video

# Of the characters a URL may hold, those that end a link in no format. Quotes, brackets and spaces do.
_SAFE: Final = ":/?#@!$&*+,;=%~-._"


def web(url: str) -> str | None:
    """The URL with only characters that end a link in no format, or None if it leads elsewhere."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    return quote(unicode_only(url), safe=_SAFE)


def moment(video: Video, start: float) -> str | None:
    """A link to a time of the video."""
    return web(video.at(seconds(start)))
