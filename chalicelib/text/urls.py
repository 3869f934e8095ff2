"""Which video, playlist or channel a URL means. Pure and light: the API imports this."""

from __future__ import annotations

import re
from typing import TypedDict
from urllib.parse import SplitResult, urlsplit

from chalicelib.text import youtube_urls
from chalicelib.text.target import Target

__all__ = ["MAX_URL", "Target", "Thumbnail", "parse", "thumbnails"]

MAX_URL = 2048
_ESCAPED = re.compile(r"&(?:amp;)+")
_QUOTES = {"<": ">", '"': '"', "'": "'"}
NO_URL = "`url` is no URL: give the whole address of a video, beginning with https://"
TOO_LONG = f"`url` is longer than {MAX_URL} characters: give the video's own address"


class Thumbnail(TypedDict):
    url: str
    width: int
    height: int


def parse(text: str) -> Target:
    """Of a URL, or of YouTube's bare id of a video or playlist.

    Raises ValueError with a sentence for the caller.
    """
    while True:
        found = _parse(text)
        if isinstance(found, Target):
            return found
        text = found  # each has been quoted by the one before, so there is an innermost


def _parse(text: str) -> Target | str:
    """A str is another URL that this one leads to."""
    if len(text) > MAX_URL:
        raise ValueError(TOO_LONG)
    written = _unquoted(text)
    bare = youtube_urls.of_bare_id(written)
    if bare:
        return bare
    if not written.isprintable() or " " in written:
        raise ValueError(NO_URL)
    full = _with_scheme(written)
    if not youtube_urls.is_host(_split(full).hostname):
        return Target("media", full)
    # pages that quote a URL escape its ampersands, some twice
    return youtube_urls.of_address(_split(_ESCAPED.sub("&", full)))


def _unquoted(text: str) -> str:
    """Without what people put around a URL; what is only at its end is part of it."""
    written = text.strip()
    while len(written) > 1 and _QUOTES.get(written[0]) == written[-1]:
        written = written[1:-1].strip()
    return written


def _with_scheme(written: str) -> str:
    """YouTube's addresses are known without `https://`; of others nobody can say what they are."""
    if written.startswith("//"):
        return "https:" + written
    scheme = "://" in written.partition("?")[0]
    if not scheme and youtube_urls.is_host(_split("https://" + written).hostname):
        return "https://" + written
    return written


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        raise ValueError(NO_URL) from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(NO_URL)
    return parts


def thumbnails(video_id: str) -> dict[str, Thumbnail]:
    """YouTube's own addresses. `standard` and `maxres` exist only for videos of such a size."""
    sizes = {
        "default": ("default", 120, 90),
        "medium": ("mqdefault", 320, 180),
        "high": ("hqdefault", 480, 360),
        "standard": ("sddefault", 640, 480),
        "maxres": ("maxresdefault", 1280, 720),
    }
    return {
        size: {"url": f"https://i.ytimg.com/vi/{video_id}/{name}.jpg", "width": width, "height": height}
        for size, (name, width, height) in sizes.items()
    }
