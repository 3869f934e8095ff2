"""What yt-dlp tells of a video, in our words. Pure; a site may have put anything into any field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

from chalicelib.text import language
from chalicelib.text.captions.clean import clean
from chalicelib.text.transcript import Chapter, Track, Video
from chalicelib.text.urls import Target

READABLE = ("json3", "vtt", "srt", "ttml", "dfxp")
"""Best first: YouTube's WebVTT says each line twice, its json3 once."""
_ORIGINAL = "-orig"
_NO_CHAPTER = "<Untitled Chapter"
_NOT_CAPTIONS = {"live_chat", "comments", "danmaku"}
_MOST_TRACKS = 500
_MOST_CHAPTERS = 500
_MOST_CHARACTERS = 500


@dataclass(frozen=True)
class Offer:
    """One caption track, in the best of its formats."""

    code: str
    """The site's own."""
    name: str | None
    is_generated: bool | None
    format: str
    url: str | None
    data: str | None
    """The captions themselves, where the site's page held them."""
    headers: Mapping[str, str]
    translated_from: str | None = None
    """Set if YouTube's machine translates this track when it is asked for."""

    @property
    def language(self) -> str:
        return language.tag(self.code)

    @property
    def track(self) -> Track:
        return Track(self.language, self.name or self.code, self.is_generated)


def offers(info: Mapping[str, Any], *, youtube: bool) -> tuple[Offer, ...]:
    """People's tracks first. yt-dlp lists what YouTube's machine has heard twice; here it is once. Sites
    other than YouTube mix both kinds."""
    people = _offers(info.get("subtitles"), False if youtube else None)
    found = [*people, *_offers(info.get("automatic_captions"), True)]
    return tuple({(o.code, o.is_generated, o.translated_from): o for o in reversed(found)}.values())[::-1]


def video(info: Mapping[str, Any], target: Target) -> Video:
    shown = [info.get("thumbnail"), *(row.get("url") for row in reversed(_rows(info.get("thumbnails"))))]
    thumbnail = next((url for url in shown if _on_the_web(url)), None)
    return Video(
        url=target.url,
        video_id=target.video_id or _text(info.get("id")),
        title=_text(info.get("title")),
        author=_text(info.get("channel")) or _text(info.get("uploader")) or _text(info.get("creator")),
        duration=_seconds(info.get("duration")) or None,
        thumbnail=_text(thumbnail, 2000),
        chapters=tuple(_chapters(info.get("chapters"))),
    )


def spoken(info: Mapping[str, Any]) -> str | None:
    return _text(info.get("language"), 35)


def smallest_audio(info: Mapping[str, Any]) -> str | None:
    """The URL of the smallest file with sound; one without pictures if there is any."""
    usable = [row for row in _rows(info.get("formats")) if _is_a_file_with_sound(row)]
    if not usable and _is_a_file_with_sound(info):
        usable = [dict(info)]
    return min(usable, key=_weight)["url"] if usable else None


def _offers(tracks: Any, is_generated: bool | None) -> Iterator[Offer]:
    if not isinstance(tracks, dict):
        return
    for code, rows in list(tracks.items())[:_MOST_TRACKS]:
        row = _best(_rows(rows))
        if row is None or not isinstance(code, str) or code in _NOT_CAPTIONS:
            continue
        asked = _query(row.get("url"))
        yield Offer(
            code=clean(asked.get("tlang") or code.removesuffix(_ORIGINAL)),
            name=_name(row),
            is_generated=is_generated,
            format=row["ext"],
            url=row.get("url"),
            data=_data(row),
            headers=_headers(row),
            translated_from=asked.get("lang") if "tlang" in asked else None,
        )


def _best(rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    readable = [row for row in rows if row.get("ext") in READABLE and (_data(row) or _is_a_file(row))]
    return min(readable, key=lambda row: READABLE.index(row["ext"]), default=None)


def _query(url: Any) -> dict[str, str]:
    return dict(parse_qsl(_split(url).query)) if isinstance(url, str) else {}


def _chapters(rows: Any) -> Iterator[Chapter]:
    for row in _rows(rows)[:_MOST_CHAPTERS]:
        title, start = _text(row.get("title")), _seconds(row.get("start_time"))
        if title and start is not None and not title.startswith(_NO_CHAPTER):
            yield Chapter(start, title)


def _is_a_file(row: Mapping[str, Any]) -> bool:
    """Not a playlist of pieces."""
    url = row.get("url")
    whole = row.get("protocol") in (None, "http", "https") and not row.get("fragments")
    return whole and _on_the_web(url) and not _split(str(url)).path.endswith((".m3u8", ".mpd"))


def _is_a_file_with_sound(row: Mapping[str, Any]) -> bool:
    return _is_a_file(row) and row.get("acodec") != "none" and not row.get("has_drm")


def _weight(row: Mapping[str, Any]) -> tuple[bool, float]:
    """Sound alone first, then by what is known of the size."""
    rate = _seconds(row.get("tbr")) or _seconds(row.get("abr"))
    return row.get("vcodec") != "none", rate or _seconds(row.get("height")) or 1e9


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _on_the_web(url: Any) -> bool:
    return isinstance(url, str) and url.startswith(("http://", "https://"))


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list | tuple) else []


def _data(row: Mapping[str, Any]) -> str | None:
    data = row.get("data")
    # JSON may hold half a character, which no file can
    return data.encode(errors="replace").decode() if isinstance(data, str) and data else None


def _headers(row: Mapping[str, Any]) -> dict[str, str]:
    headers = row.get("http_headers")
    return {str(k): str(v) for k, v in headers.items()} if isinstance(headers, dict) else {}


def _name(row: Mapping[str, Any]) -> str | None:
    name = _text(row.get("name"))
    return name.removesuffix(" (Original)") if name else None


def _text(value: Any, most: int = _MOST_CHARACTERS) -> str | None:
    return clean(value)[:most] or None if isinstance(value, str) else None


def _seconds(value: Any) -> float | None:
    """A number that is one and not negative."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and isfinite(value) and value >= 0 else None
