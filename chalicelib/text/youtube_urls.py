"""The many forms of YouTube's addresses. Pure and light: the API imports this."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qs, quote, unquote

from chalicelib.sites.hosts import SHORT, is_youtube, registered
from chalicelib.text.target import Target

_VIDEO = re.compile(r"[A-Za-z0-9_-]{11}")
_LIST = re.compile(r"[A-Za-z0-9_-]{10,128}")
_BARE_LIST = re.compile(r"(?:PL|UU|FL|RD|OLAK5uy_)[A-Za-z0-9_-]{10,120}")
_NAME = re.compile(r"[\w.·-]{1,100}")
_ID_END = re.compile(r"[^A-Za-z0-9_-]")

_WITH_NAMES = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com"})
_PRIVATE_LISTS = frozenset({"WL", "LL", "LM", "HL"})
_BEFORE_VIDEO = frozenset({"shorts", "live", "embed", "v", "vi", "e", "watch", "video"})
_LOOK_LIKE_VIDEOS = frozenset({"live_stream", "videoseries", "watch_popup"})
_LEADS_ON = {"redirect": ("q",), "oembed": ("url",), "attribution_link": ("u", "a")}
_GOES_ON_TO = ("next_url", "next", "continue")
"""Where pages that ask for consent, an age, a login or another browser lead."""
_PAGE = re.compile(
    "about|account|attribution_link|browse|c|channel|clip|e|embed|explore|feeds?|gaming|get_video_info|hashtag|"
    "iframe_api|index|live|logout|movies|oembed|oops|playlist|post|premium|redirect|results|s|search|shared|"
    "shorts|signin|source|storefront|supported_browsers|t|trending|tv|upload|user|v|verify_age|"
    "verify_controversy|vi|video|w|watch|watch_popup|watch_videos"
)
"""First parts of a path that are no channel's name."""

NO_TARGET = "`url` is on YouTube but names no video, playlist or channel: open the video and copy its address"
CLIP = "`url` is a clip, which does not name its video: open the video itself and copy its address"
PRIVATE_LIST = "`url` is a list that only its owner can see: give a public or unlisted playlist"


def is_host(host: str | None) -> bool:
    return is_youtube(host)


def of_bare_id(text: str) -> Target | None:
    if _VIDEO.fullmatch(text):
        return _video(text, None)
    return _playlist(text) if _BARE_LIST.fullmatch(text) else None


def of_address(parts: SplitResult) -> Target | str:
    """A str is another address that this one leads to. Raises ValueError with a sentence for the caller."""
    # somebody has escaped it whole: `/watch%3Fv=...`
    where, _, more = unquote(parts.path).partition("?")
    path = [part for part in where.split("/") if part]
    query = _query(parts, more)
    first = path[0] if path else ""
    if inner := _inner(_LEADS_ON.get(first, ()), query):
        return inner
    if first == "clip":
        raise ValueError(CLIP)
    list_id = query.get("list")
    video_id = _video_id(parts, path, query)
    if video_id:
        return _video(video_id, list_id)
    if inner := _inner(_GOES_ON_TO, query):
        return inner
    if path[:1] == ["browse"] and len(path) > 1:
        return _browsed(path[1])
    if list_id and (first in ("playlist", "watch") or path[:2] == ["embed", "videoseries"]):
        return _playlist(list_id)
    channel = _channel(parts.hostname, path, query)
    if channel:
        return Target("channel", "https://www.youtube.com/" + quote(channel, safe="/@"))
    raise ValueError(NO_TARGET)


def _query(parts: SplitResult, more: str) -> dict[str, str]:
    """Also of the fragment, where old addresses have it: `/#!/watch?v=...`. The first of each name counts."""
    before, mark, after = parts.fragment.partition("?")
    pairs = parse_qs(after if mark else before.lstrip("!/")) | parse_qs(more) | parse_qs(parts.query)
    return {name: values[0] for name, values in pairs.items()}


def _inner(names: tuple[str, ...], query: dict[str, str]) -> str | None:
    inner = next((query[name] for name in names if name in query), None)
    if inner is None or "://" in inner:
        return inner
    return "https://www.youtube.com/" + inner.lstrip("/")


def _video_id(parts: SplitResult, path: list[str], query: dict[str, str]) -> str | None:
    candidates = [query[name] for name in ("v", "vi", "video_id") if name in query]
    if parts.fragment.startswith(("p/", "g/")):  # a channel's page with a video open in it
        candidates.append(parts.fragment.rpartition("/")[2])
    if len(path) > 1 and path[0] in _BEFORE_VIDEO:
        candidates.append(path[1])
    elif path and (registered(parts.hostname) in SHORT or len(path) == 1):
        candidates.append(path[0])
    # some addresses go on with `&feature=...` where nothing should follow
    heads = (_ID_END.split(text, maxsplit=1)[0] for text in candidates)
    return next((h for h in heads if _VIDEO.fullmatch(h) and h not in _LOOK_LIKE_VIDEOS), None)


def _video(video_id: str, list_id: str | None) -> Target:
    known = list_id if list_id and _LIST.fullmatch(list_id) else None
    return Target("video", f"https://www.youtube.com/watch?v={video_id}", video_id, known)


def _browsed(what: str) -> Target:
    """By the name that YouTube Music has for it."""
    if what.startswith("VL"):
        return _playlist(what.removeprefix("VL"))
    if what.startswith("UC") and _NAME.fullmatch(what):
        return Target("channel", f"https://www.youtube.com/channel/{what}")
    raise ValueError(NO_TARGET)


def _playlist(list_id: str) -> Target:
    if list_id in _PRIVATE_LISTS:
        raise ValueError(PRIVATE_LIST)
    if not _LIST.fullmatch(list_id):
        raise ValueError(NO_TARGET)
    return Target("playlist", f"https://www.youtube.com/playlist?list={list_id}", list_id=list_id)


def _channel(host: str | None, path: list[str], query: dict[str, str]) -> str | None:
    """The path of its canonical URL."""
    if path[:2] == ["embed", "live_stream"]:
        path = ["channel", query.get("channel", "")]
    first, name = [*path, "", ""][:2]
    if first.startswith("@") and _NAME.fullmatch(first[1:]):
        return first
    if first in ("channel", "c", "user") and _NAME.fullmatch(name):
        return f"{first}/{name}"
    # elsewhere, on music., studio. or consent., a single word is a page
    if (host or "").rstrip(".") in _WITH_NAMES and not _PAGE.fullmatch(first) and _NAME.fullmatch(first):
        return f"c/{first}"
    return None
