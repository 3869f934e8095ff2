"""YouTube's playlists and channels: the page with its first entries, and `browse` for those that follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.stand_ins.youtube_videos import Page, json_page, page_with

PLAYLIST_PAGE = 100
TAB_PAGE = 30
TABS = {"videos": "Videos", "shorts": "Shorts", "streams": "Live"}


@dataclass(frozen=True)
class Entry:
    video_id: str
    title: str = "An entry"
    seconds: int | None = 60


@dataclass(frozen=True)
class Playlist:
    entries: tuple[Entry, ...] = ()
    title: str = "A stand-in playlist"
    alert: str | None = None
    """What YouTube says instead of entries: "The playlist does not exist."."""


@dataclass(frozen=True)
class Channel:
    channel_id: str
    """`UC` and 22 characters."""
    title: str = "A stand-in channel"
    videos: tuple[Entry, ...] = ()
    shorts: tuple[Entry, ...] = ()
    streams: tuple[Entry, ...] = ()

    def tab(self, name: str) -> tuple[Entry, ...]:
        return {"videos": self.videos, "shorts": self.shorts, "streams": self.streams}[name]

    @property
    def tabs(self) -> list[str]:
        return [name for name in TABS if self.tab(name)]


def entries(count: int, *, first: int = 0) -> tuple[Entry, ...]:
    """Numbered entries: `video000000`, `video000001`, ..."""
    return tuple(Entry(f"video{number:06}", f"Entry {number}") for number in range(first, first + count))


class Lists:
    """Playlists by id, channels by the path of their URL without its slash: `@name`, `channel/UC...`."""

    def __init__(self, playlists: Mapping[str, Playlist], channels: Mapping[str, Channel]) -> None:
        self.playlists = playlists
        self.channels = channels

    def page(self, path: str, list_id: str | None) -> Page | None:
        """None if there is no such page."""
        if path == "/playlist":
            return page_with({}, self._playlist_data(list_id or ""))
        name, tab = self._channel(path.strip("/"))
        return page_with({}, self._channel_data(name, tab)) if name else None

    def browse(self, body: Mapping[str, Any]) -> Page:
        """The answer to `/youtubei/v1/browse`."""
        token = body.get("continuation")
        if token:
            where, _, start = str(token).rpartition(":")
            items = self._items(where, int(start))
            action = {"appendContinuationItemsAction": {"continuationItems": items}}
            return json_page({"onResponseReceivedActions": [action]})
        return json_page(self._playlist_data(str(body.get("browseId", "")).removeprefix("VL")))

    def _playlist_data(self, list_id: str) -> dict[str, Any]:
        playlist = self.playlists.get(list_id) or Playlist(alert="The playlist does not exist.")
        if playlist.alert:
            alert = {"alertRenderer": {"type": "ERROR", "text": {"runs": [{"text": playlist.alert}]}}}
            return {"alerts": [alert]}
        rows = {"playlistVideoListRenderer": {"playlistId": list_id, "contents": self._items(list_id, 0)}}
        sections = {"sectionListRenderer": {"contents": [{"itemSectionRenderer": {"contents": [rows]}}]}}
        tab = {"tabRenderer": {"selected": True, "content": sections}}
        return {
            "contents": {"twoColumnBrowseResultsRenderer": {"tabs": [tab]}},
            "header": {"playlistHeaderRenderer": {"playlistId": list_id, "privacy": "PUBLIC"}},
            "metadata": {"playlistMetadataRenderer": {"title": playlist.title}},
        }

    def _channel(self, path: str) -> tuple[str, str]:
        """The channel's name and its tab; empty if there is none."""
        name, _, tab = path.rpartition("/")
        if tab in TABS and name in self.channels:
            return name, tab
        return (path, "videos") if path in self.channels else ("", "")

    def _channel_data(self, name: str, wanted: str) -> dict[str, Any]:
        channel = self.channels[name]
        shown = wanted if channel.tab(wanted) else (channel.tabs or ["videos"])[0]
        return {
            "contents": {
                "twoColumnBrowseResultsRenderer": {
                    "tabs": [self._tab(name, tab, tab == shown) for tab in channel.tabs or ["videos"]]
                }
            },
            "metadata": {
                "channelMetadataRenderer": {"title": channel.title, "externalId": channel.channel_id}
            },
        }

    def _tab(self, name: str, tab: str, selected: bool) -> dict[str, Any]:
        renderer: dict[str, Any] = {
            "title": TABS[tab],
            "endpoint": {"commandMetadata": {"webCommandMetadata": {"url": f"/{name}/{tab}"}}},
        }
        if selected:
            grid = {"contents": self._items(f"{name}/{tab}", 0)}
            renderer |= {"selected": True, "content": {"richGridRenderer": grid}}
        return {"tabRenderer": renderer}

    def _items(self, where: str, start: int) -> list[dict[str, Any]]:
        """One page of entries, and the token for the next if there is one."""
        if where in self.playlists:
            rows, size, shape = self.playlists[where].entries, PLAYLIST_PAGE, _playlist_item
        else:
            name, _, tab = where.rpartition("/")
            rows, size = self.channels[name].tab(tab), TAB_PAGE
            shape = _short_item if tab == "shorts" else _video_item
        items = [shape(entry) for entry in rows[start : start + size]]
        if start + size < len(rows):
            items.append(_continuation(f"{where}:{start + size}"))
        return items


def _renderer(entry: Entry) -> dict[str, Any]:
    shown = {"lengthSeconds": str(entry.seconds)} if entry.seconds is not None else {}
    length = {"lengthText": {"simpleText": _length(entry.seconds)}} if entry.seconds is not None else {}
    title = {"title": {"runs": [{"text": entry.title}]}}
    return {"videoId": entry.video_id, **title, **shown, **length}


def _playlist_item(entry: Entry) -> dict[str, Any]:
    return {"playlistVideoRenderer": _renderer(entry)}


def _video_item(entry: Entry) -> dict[str, Any]:
    return {"richItemRenderer": {"content": {"videoRenderer": _renderer(entry)}}}


def _short_item(entry: Entry) -> dict[str, Any]:
    model = {
        "entityId": f"shorts-shelf-item-{entry.video_id}",
        "onTap": {"innertubeCommand": {"reelWatchEndpoint": {"videoId": entry.video_id}}},
        "overlayMetadata": {"primaryText": {"content": entry.title}},
    }
    return {"richItemRenderer": {"content": {"shortsLockupViewModel": model}}}


def _continuation(token: str) -> dict[str, Any]:
    command = {"token": token, "request": "CONTINUATION_REQUEST_TYPE_BROWSE"}
    return {"continuationItemRenderer": {"continuationEndpoint": {"continuationCommand": command}}}


def _length(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
