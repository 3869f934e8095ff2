"""Links that are safe to click: only into the web, whatever a result's URL says; and none of foreign text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, urlsplit

from chalicelib.text.exports.clean import seconds, unicode_only
from chalicelib.text.transcript import Video

# Of the characters a URL may hold, those that end a link in no format. Quotes, brackets and spaces do.
_SAFE: Final = ":/?#@!$&*+,;=%~-._"

_REST: Final = r"[^\s<>()\[\]{}\"'`|\\^]"
_ADDRESS: Final = re.compile(
    rf"(?:[a-z][a-z0-9+.-]{{1,15}}://|www\.){_REST}*(?<![.,;:!?])"
    r"|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
    r"|(?<![\w@./-])(?:[\w-]{1,63}\.)+(?:[a-z]{2}|com|org|net|edu|gov|biz|info|pro|web|shop|name|museum|aero|coop)"
    rf"(?!\w)(?:[/?#:]{_REST}*(?<![.,;:!?]))?",
    re.IGNORECASE,
)
"""What readers of Markdown make a link of, though nobody has written one."""


def inert(text: str, escaped: Callable[[str], str]) -> str:
    """Markdown with addresses as code, which no reader links; all else as `escaped` gives it."""
    parts, at = list[str](), 0
    for match in _ADDRESS.finditer(text):
        parts += [escaped(text[at : match.start()]), f"`{match.group()}`"]
        at = match.end()
    return "".join([*parts, escaped(text[at:])])


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
