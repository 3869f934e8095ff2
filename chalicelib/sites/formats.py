"""What kind of thing yt-dlp has chosen, and what is known of it before it is there. A site may have put
anything into any field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

from chalicelib.sites.clean import clean
from chalicelib.sites.failures import SiteError
from chalicelib.sites.wire import Found

FILE: Final = frozenset({"http", "https"})
HLS: Final = frozenset({"m3u8", "m3u8_native"})
DASH: Final = frozenset({"http_dash_segments"})
_MOST_CHARACTERS = 500
_EXTENSION = re.compile(r"[a-z0-9]{1,5}")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}")
_VALUE = re.compile(r"[ -~]{1,8000}")
_OURS = frozenset({"accept-encoding", "connection", "content-length", "host", "range", "transfer-encoding"})
_PIECE = re.compile(r"^#EXTINF:\s*(\d+(?:\.\d+)?)", re.MULTILINE)


def check(info: Mapping[str, Any]) -> None:
    """Raises SiteError for what is neither a file on the web nor a stream of such."""
    if info.get("protocol") not in FILE | HLS | DASH or not _on_the_web(info.get("url")):
        raise SiteError("SITE_NOT_SUPPORTED", details="The media is neither a file nor a stream on the web")


def is_plain_file(info: Mapping[str, Any]) -> bool:
    """Whether one GET brings it, by anybody who has the headers."""
    special = ("fragments", "downloader_options", "request_data", "hls_media_playlist_data")
    return info.get("protocol") in FILE and not any(info.get(name) for name in special)


def finished_stream(playlist: str) -> float:
    """Seconds of a playlist of pieces. Raises SiteError while more are to come, and if it has none."""
    seconds = sum(float(piece) for piece in _PIECE.findall(playlist))
    if not seconds:
        raise SiteError("SITE_NOT_SUPPORTED", details="The stream has no pieces")
    if "#EXT-X-ENDLIST" not in playlist and "#EXT-X-PLAYLIST-TYPE:VOD" not in playlist:
        raise SiteError("NOT_YET_AVAILABLE")
    return seconds


def found(info: Mapping[str, Any], address: str | None, cookies: str | None) -> Found:
    extension = info.get("ext")
    known = isinstance(extension, str) and _EXTENSION.fullmatch(extension)
    return Found(
        title=_title(info),
        extension=str(extension) if known else "media",
        seconds=_number(info.get("duration")) or _pieces(info),
        size=int(_number(info.get("filesize")) or 0) or None,
        address=address,
        headers=_headers(info.get("http_headers"), cookies) if address else {},
    )


def _title(info: Mapping[str, Any]) -> str | None:
    title = info.get("title")
    if not isinstance(title, str):
        return None
    # the players of a page are numbered, also if there is but one
    own = title.removesuffix(" (1)") if info.get("extractor") == "html5" else title
    return clean(own)[:_MOST_CHARACTERS] or None


def _pieces(info: Mapping[str, Any]) -> float | None:
    """Seconds of a stream, of whose video nothing is told."""
    rows = info.get("fragments")
    if not isinstance(rows, list):
        return None
    known = (_number(row.get("duration")) for row in rows if isinstance(row, dict))
    return sum(seconds or 0.0 for seconds in known) or None


def _headers(given: Any, cookies: str | None) -> dict[str, str]:
    sent = {str(name): str(value) for name, value in given.items()} if isinstance(given, Mapping) else {}
    sent |= {"Cookie": cookies} if cookies else {}
    return {
        name: value
        for name, value in sent.items()
        if name.lower() not in _OURS and _HEADER.fullmatch(name) and _VALUE.fullmatch(value)
    }


def _on_the_web(url: Any) -> bool:
    return isinstance(url, str) and url.startswith(("http://", "https://"))


def _number(value: Any) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and isfinite(value) and value >= 0 else None
