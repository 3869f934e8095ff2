"""The videos of a playlist or channel, through yt-dlp.

Imported when used (the runner does so); yt_dlp itself is imported only when a list is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.settings import settings
from chalicelib.sites import proxies
from chalicelib.sites.breaker import BLOCKED
from chalicelib.sites.failures import SiteError
from chalicelib.sites.proxies import Way
from chalicelib.sites.way import watched
from chalicelib.text.captions.clean import clean
from chalicelib.text.failures import TextError, told_by_sites
from chalicelib.text.urls import Target

if TYPE_CHECKING:
    from chalicelib.sites.bounded import Limits
    from chalicelib.sites.session import Session

MOST_SECONDS = 300.0
_DEPTH = 3
"""A channel has tabs, a tab has videos; and a URL may lead to another."""
_OF_LISTS = {
    "VIDEO_UNAVAILABLE": "PLAYLIST_UNAVAILABLE",
    "VIDEO_UNPLAYABLE": "PLAYLIST_UNAVAILABLE",
    "VIDEO_PRIVATE": "PLAYLIST_PRIVATE",
}
_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_MOST_CHARACTERS = 500


@dataclass(frozen=True)
class Entry:
    url: str
    video_id: str
    title: str | None


@dataclass(frozen=True)
class Listing:
    title: str | None
    url: str
    entries: tuple[Entry, ...]
    """In the list's order, each video once."""
    truncated: bool
    """Whether there are more."""


@told_by_sites()
def expand(
    target: Target,
    limit: int,
    *,
    use_proxy: bool | None = None,
    seconds: float = MOST_SECONDS,
    tick: Callable[[], None] = lambda: None,
) -> Listing:
    """At most `limit` videos; no more pages of the list are asked for than that takes. `use_proxy` as in the
    request; `tick` is called for each page and may raise.

    Raises TextError PLAYLIST_EMPTY, PLAYLIST_UNAVAILABLE, PLAYLIST_PRIVATE, and those of YouTube.
    """
    from chalicelib.sites.bounded import Limits

    way = proxies.way(use_proxy)
    limits = Limits.within(min(seconds, MOST_SECONDS), tick)
    with _told_of_lists(), watched(way):
        for _ in range(settings().proxy_retries if way.proxy else 0):
            try:
                return _expand(target, limit, way, limits)
            except SiteError as error:
                if error.code != BLOCKED:
                    raise
                # a rotating proxy has another address next time
        return _expand(target, limit, way, limits)


@contextmanager
def _told_of_lists() -> Iterator[None]:
    try:
        yield
    except SiteError as error:
        if error.code not in _OF_LISTS:
            raise
        raise TextError(_OF_LISTS[error.code], details=error.details) from error


def _expand(target: Target, limit: int, way: Way, limits: Limits) -> Listing:
    from chalicelib.sites import session as sessions

    found: dict[str, Entry] = {}
    with sessions.for_youtube(way, limits) as session:
        page = _list_at(target.url, session)
        with session.translated():
            for entry in _videos(page, session, _DEPTH):
                found.setdefault(entry.video_id, entry)
                if len(found) > limit:
                    break
    if not found:
        raise TextError("PLAYLIST_EMPTY")
    entries = tuple(found.values())
    return Listing(_text(page.get("title")), target.url, entries[:limit], len(entries) > limit)


def _list_at(url: str, session: Session) -> dict[str, Any]:
    for _ in range(_DEPTH):
        page = session.page(url)
        if page.get("_type") not in ("url", "url_transparent"):
            return page
        url = str(page.get("url"))
    raise TextError("YOUTUBE_CHANGED", details="one list leads to the next")


def _videos(page: Mapping[str, Any], session: Session, depth: int) -> Iterator[Entry]:
    """Asks for the next page of a list only when its videos are wanted."""
    for row in page.get("entries") or ():
        if not row:
            continue
        video = _entry(row)
        if video:
            yield video
        elif row.get("entries") is not None:
            yield from _videos(row, session, depth - 1)
        elif depth > 0 and row.get("ie_key") == "YoutubeTab":
            yield from _videos(session.page(str(row.get("url"))), session, depth - 1)


def _entry(row: Mapping[str, Any]) -> Entry | None:
    video_id = row.get("id")
    if row.get("ie_key") != "Youtube" or not isinstance(video_id, str) or not _ID.fullmatch(video_id):
        return None
    return Entry(f"https://www.youtube.com/watch?v={video_id}", video_id, _text(row.get("title")))


def _text(value: Any) -> str | None:
    return clean(value)[:_MOST_CHARACTERS] or None if isinstance(value, str) else None
