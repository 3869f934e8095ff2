"""The one media that a page plays, through yt-dlp: found, described, and downloaded where that takes more
than a GET. For the reader's process alone: it writes files, and may start a JavaScript runtime.

Imports yt_dlp.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.cookiejar import Cookie, LoadError
from typing import Any

from yt_dlp.cookies import YoutubeDLCookieJar
from yt_dlp.networking.exceptions import TransportError
from yt_dlp.utils import DownloadError, ExtractorError

from chalicelib.errors import BatchreelError
from chalicelib.settings import settings
from chalicelib.sites.bounded import Limits
from chalicelib.sites.extractors import is_smuggled, page_extractors, youtube_extractors
from chalicelib.sites.failures import SiteError
from chalicelib.sites.hosts import registered
from chalicelib.sites.network import GuardedRH, ProxyRH, StandInRH
from chalicelib.sites.session import SCRIPTS, Session, open_session
from chalicelib.sites.wire import Order

PIECE_BYTES = 64 << 20
"""Of one piece of a stream; each is read whole."""
_COOKIE_DOMAINS = {"youtube.com", "google.com"}
_AT_ONCE = 4
"""Pieces: most are so small that waiting takes longer than reading."""
_STEPS = 4
"""A list has one entry, which leads to a list or a video."""
_NOT_FOUND = ("No video formats found", "Requested format is not available")

_OPTIONS: dict[str, Any] = {
    "format": "bestaudio/best",
    "playlistend": 2,
    "extract_flat": "in_playlist",
    "dynamic_mpd": False,  # live
    "hls_prefer_native": True,
    "fixup": "never",
    "ffmpeg_location": "/nonexistent",
    "retries": 3,
    "fragment_retries": 3,
    "skip_unavailable_fragments": False,
    "concurrent_fragment_downloads": _AT_ONCE,
    "continuedl": False,
    "updatetime": False,
}


class TooLarge(BatchreelError):
    """More bytes than the order allows."""


@contextmanager
def session_for(order: Order, limits: Limits) -> Iterator[Session]:
    """Raises SiteError COOKIES_INVALID."""
    cookies = _youtube_cookies(order.cookies) if order.cookies else []
    extractors, handler = _on_youtube(order, limits) if order.on_youtube else _on_sites(limits)
    options = _OPTIONS | {"proxy": order.proxy or ""} | (_youtube_options(order) if order.on_youtube else {})
    with open_session(options, extractors, handler, limits, youtube=order.on_youtube) as session:
        for cookie in cookies:
            session.ydl.cookiejar.set_cookie(cookie)
        yield session


def _on_sites(limits: Limits) -> tuple[Sequence[Any], Any]:
    return page_extractors(), partial(GuardedRH, limits=limits)


def _on_youtube(order: Order, limits: Limits) -> tuple[Sequence[Any], Any]:
    """A caller's URL may lead anywhere from YouTube, so the guard is asked unless the proxy connects."""
    if settings().youtube_base_url:
        return youtube_extractors(), partial(StandInRH, base=settings().youtube_base_url, limits=limits)
    return youtube_extractors(), ProxyRH if order.proxy else partial(GuardedRH, limits=limits)


def _youtube_options(order: Order) -> dict[str, Any]:
    name, _, path = order.js_runtime.partition(":")
    # without a runtime, scripts and pages of players are of no use
    arguments = {"skip": ["translated_subs"], "player_skip": [] if path else SCRIPTS}
    return {
        "socket_timeout": settings().youtube_timeout,
        "extractor_args": {"youtube": arguments},
        "js_runtimes": {name: {"path": path}} if path else {},
    }


def _youtube_cookies(text: str) -> list[Cookie]:
    """Those of YouTube and its sign-in; the file may hold others. Raises SiteError."""
    jar = YoutubeDLCookieJar(io.StringIO(text))
    try:
        jar.load()
    except LoadError as error:
        raise SiteError("COOKIES_INVALID") from error
    cookies = [cookie for cookie in jar if registered(cookie.domain) in _COOKIE_DOMAINS]
    if not cookies:
        raise SiteError("COOKIES_INVALID")
    return cookies


def find(session: Session, url: str) -> dict[str, Any]:
    """The one video that `url` leads to, with the best of its sound chosen. Raises SiteError."""
    if is_smuggled(url):
        raise SiteError("SITE_NOT_SUPPORTED")
    with session.translated():
        try:
            info = _one(session, session.ydl.extract_info(url, download=False))
        except (DownloadError, ExtractorError) as error:
            if not any(words in str(error) for words in _NOT_FOUND):
                raise
            raise SiteError("MEDIA_LOCKED" if session.on_youtube else "SITE_NOT_SUPPORTED") from error
    if info.get("is_live") or info.get("live_status") in ("is_live", "is_upcoming"):
        raise SiteError("NOT_YET_AVAILABLE")
    return info


def _one(session: Session, info: dict[str, Any] | None) -> dict[str, Any]:
    """Of a list with one entry, what that leads to."""
    for _ in range(_STEPS):
        if not info:
            raise SiteError("SITE_NOT_SUPPORTED")
        if info.get("_type", "video") == "video":
            return info
        if info["_type"] in ("url", "url_transparent"):
            info = session.ydl.process_ie_result(info, download=False)
            continue
        entries = [entry for entry in info.get("entries") or () if entry]
        if len(entries) > 1:
            raise SiteError("SEVERAL_VIDEOS")
        info = entries[0] if entries else None
    raise SiteError("SEVERAL_VIDEOS")


def download(
    session: Session, info: dict[str, Any], path: str, most: int, tell: Callable[[int, int | None], None]
) -> None:
    """All of it into `path`. `tell` is called with the bytes so far and an estimate of all, from several
    threads. Raises SiteError, and TooLarge when there are more than `most`."""

    def watch(status: dict[str, Any]) -> None:
        received = int(status.get("downloaded_bytes") or 0)
        known = status.get("total_bytes")
        if max(received, known or 0) > most:
            raise TooLarge(f"more than {most:,} bytes")
        total = known or status.get("total_bytes_estimate")
        tell(received, int(total) if total else None)

    session.ydl.add_progress_hook(watch)
    with session.translated():
        try:
            done, _ = session.ydl.dl(path, info)
        except DownloadError as error:
            # the last of several tries, told without its cause
            raise error from (session.ydl.failure or TransportError("broke off"))
    if not done:
        raise SiteError("YOUTUBE_UNREACHABLE" if session.on_youtube else "SITE_FAILED")
