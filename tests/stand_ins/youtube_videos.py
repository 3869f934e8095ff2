"""What YouTube knows of one video, and how it says so: watch page, player answer, timed text.

The shapes are those of the answers that youtube-transcript-api recorded (tests/text/test_youtube_stand_in.py
compares them).
"""

from __future__ import annotations

import gzip
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from tests.stand_ins import youtube_player

API_KEY = "AIzaStandIn_0123456789-key"
CHALLENGE = "Vp9fqXY3Qm0e"
TRANSLATIONS = {"de": "German", "en": "English", "es": "Spanish", "fr": "French"}


@dataclass(frozen=True)
class Page:
    """One answer. `slow`: none at all, for as long as the server runs. `drip`: these bytes as they are, and
    then one every 20 ms for as long."""

    status: int = 200
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    slow: bool = False
    drip: bytes = b""


def json_page(value: Any, status: int = 200) -> Page:
    return Page(status, json.dumps(value).encode(), "application/json; charset=UTF-8")


SLOW = Page(slow=True)
HEAD_BY_BYTES = Page(drip=b"HTTP/1.1 200 OK\r\nX-Long: ")
CHUNK_BY_BYTES = Page(drip=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;")
BODY_BY_BYTES = Page(drip=b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
PACKED = Page(body=gzip.compress(b" " * 17_000_000), headers={"Content-Encoding": "gzip"})
"""Small, and larger than any page when it is unpacked."""
EMPTY = Page(kind="text/xml; charset=UTF-8")
NOT_JSON = Page(body=b"<!DOCTYPE html><title>Sorry</title>")
CAPTCHA = Page(
    body=b'<!DOCTYPE html><html><head><title>YouTube</title></head><body><form id="captcha-page">'
    b'<div id="recaptcha" class="g-recaptcha" data-sitekey="x"></div></form></body></html>'
)


def failing(status: int, headers: Mapping[str, str] | None = None) -> Page:
    return Page(status, b"error", headers=headers or {})


@dataclass(frozen=True)
class Track:
    language: str = "en"
    name: str = "English"
    cues: tuple[tuple[float, float, str], ...] = ((0.0, 1.5, "Hello there."), (1.5, 2.0, "This is a test."))
    """Start, duration, text as it is spoken: escaping is the stand-in's job."""
    generated: bool = False
    translatable: bool = True
    exp: str | None = None
    """`xpe`, `xpv`: YouTube gives the text only to players with a PO token, and nothing to others."""


@dataclass(frozen=True, kw_only=True)
class Video:
    tracks: tuple[Track, ...] = (Track(),)
    default_track: int | None = None
    title: str = "A stand-in video"
    author: str = "A stand-in channel"
    seconds: int = 60
    description: str = ""
    live: bool = False
    """Now, or soon."""
    was_live: bool = False
    status: str = "OK"
    reason: str | None = None
    subreasons: tuple[str, ...] = ()
    consent: str | None = None
    """`ok`: asked once; `stuck`: asked for ever; `broken`: without the value that the cookie needs."""
    media: bytes | None = None
    """An MP4's or M4A's bytes, as the one format of the video."""
    challenged: bool = False
    """Whether its address takes a number that only the player's JavaScript can work out."""
    always: Mapping[str, Page] = field(default_factory=dict)
    """What `watch`, `player`, `media`, `timedtext` or `tlang` (translated timed text) answers instead."""
    first: Mapping[str, tuple[Page, ...]] = field(default_factory=dict)
    """What they answer the first times."""


BOT = "Sign in to confirm you’re not a bot"
BLOCKED = Video(status="LOGIN_REQUIRED", reason=BOT, subreasons=("This helps protect our community. ",))
UNAVAILABLE = Video(status="ERROR", reason="This video is unavailable")
AGE = Video(status="LOGIN_REQUIRED", reason="This video may be inappropriate for some users.")
AGE_CONFIRM = Video(status="LOGIN_REQUIRED", reason="Sign in to confirm your age")
PRIVATE = Video(status="LOGIN_REQUIRED", reason="This video is private")
MEMBERS = Video(status="UNPLAYABLE", reason="Join this channel to get access to members-only content")
GEO = Video(
    status="UNPLAYABLE",
    reason="Video unavailable",
    subreasons=("The uploader has not made this video available in your country",),
)
REMOVED = Video(status="ERROR", reason="This video has been removed by the uploader")
UPCOMING = Video(status="LIVE_STREAM_OFFLINE", reason="This live event will begin in 3 hours.", live=True)
PREMIERE = Video(status="LIVE_STREAM_OFFLINE", reason="Premieres in 2 days", live=True)
LIVE = Video(tracks=(), live=True)
NO_CAPTIONS = Video(tracks=())


def watch_page(video_id: str, video: Video, cookie: str) -> Page:
    if video.consent and ("CONSENT=YES+cb." not in cookie or video.consent == "stuck"):
        value = "" if video.consent == "broken" else '<input type="hidden" name="v" value="cb.20260101-p0">'
        return Page(
            body=b"<!DOCTYPE html><html><body>"
            b'<form action="https://consent.youtube.com/s" method="POST">' + value.encode() + b"</form>"
        )
    shown: dict[str, Any] = {"twoColumnWatchNextResults": {"results": {"results": {"contents": []}}}}
    endpoint = {"watchEndpoint": {"videoId": video_id}}
    script = {"PLAYER_JS_URL": youtube_player.PATH} if video.challenged else {}
    return page_with({"VIDEO_ID": video_id} | script, {"contents": shown, "currentVideoEndpoint": endpoint})


def page_with(config: Mapping[str, Any], initial_data: Any = None) -> Page:
    """A page as YouTube's own: `ytcfg.set` and, if there is any, `ytInitialData`."""
    known = {
        "INNERTUBE_API_KEY": API_KEY,
        "INNERTUBE_API_VERSION": "v1",
        "INNERTUBE_CLIENT_NAME": "WEB",
        "INNERTUBE_CLIENT_VERSION": "2.20260101.00.00",
        "INNERTUBE_CONTEXT": {"client": {"clientName": "WEB", "clientVersion": "2.20260101.00.00"}},
    }
    scripts = [f"ytcfg.set({json.dumps(known | dict(config), separators=(',', ':'))});"]
    if initial_data is not None:
        scripts.append(f"var ytInitialData = {json.dumps(initial_data)};")
    body = "".join(f'<script nonce="n">{script}</script>' for script in scripts)
    return Page(body=f"<!DOCTYPE html><html><head><title>x</title></head><body>{body}</body></html>".encode())


def player_answer(video_id: str, video: Video) -> dict[str, Any]:
    status: dict[str, Any] = {"status": video.status}
    if video.reason:
        status["reason"] = video.reason
    if video.subreasons:
        runs = {"runs": [{"text": text} for text in video.subreasons]}
        status["errorScreen"] = {"playerErrorMessageRenderer": {"subreason": runs}}
    answer: dict[str, Any] = {"playabilityStatus": status, "videoDetails": _details(video_id, video)}
    if video.status == "OK" and video.tracks:
        answer["captions"] = {"playerCaptionsTracklistRenderer": _captions(video_id, video)}
    if video.media is not None:
        answer["streamingData"] = {"expiresInSeconds": "21540", "adaptiveFormats": [_format(video_id, video)]}
    return answer


def _details(video_id: str, video: Video) -> dict[str, Any]:
    sizes = (("default", 120, 90), ("mqdefault", 320, 180), ("hqdefault", 480, 360))
    return {
        "videoId": video_id,
        "title": video.title,
        "lengthSeconds": str(video.seconds),
        "keywords": ["stand-in"],
        "channelId": "UC0123456789abcdefghijkl",
        "shortDescription": video.description,
        "thumbnail": {
            "thumbnails": [
                {"url": f"https://i.ytimg.com/vi/{video_id}/{name}.jpg", "width": width, "height": height}
                for name, width, height in sizes
            ]
        },
        "viewCount": "7",
        "author": video.author,
        "isPrivate": False,
        "isLiveContent": video.live or video.was_live,
    } | ({"isLive": True} if video.live else {})


def _captions(video_id: str, video: Video) -> dict[str, Any]:
    renderer: dict[str, Any] = {
        "captionTracks": [_track(video_id, number, track) for number, track in enumerate(video.tracks)],
        "audioTracks": [{"captionTrackIndices": list(range(len(video.tracks)))}],
        "translationLanguages": [
            {"languageCode": code, "languageName": {"runs": [{"text": name}]}}
            for code, name in TRANSLATIONS.items()
        ],
        "defaultAudioTrackIndex": 0,
    }
    if video.default_track is not None:
        renderer["audioTracks"][0]["defaultCaptionTrackIndex"] = video.default_track
    return renderer


def _track(video_id: str, number: int, track: Track) -> dict[str, Any]:
    kind = {"kind": "asr"} if track.generated else {}
    signed = {"v": video_id, "ei": str(number), "caps": "asr", "expire": "4102444800", "signature": "F00.BA2"}
    exp = {"exp": track.exp} if track.exp else {}
    query = signed | {"key": "yt8"} | kind | {"lang": track.language, "fmt": "srv3"} | exp
    return {
        "baseUrl": "https://www.youtube.com/api/timedtext?" + urlencode(query),
        "name": {"runs": [{"text": track.name}]},
        "vssId": ("a." if track.generated else ".") + track.language,
        "languageCode": track.language,
        **kind,
        "isTranslatable": track.translatable,
        "trackName": "",
    }


def _format(video_id: str, video: Video) -> dict[str, Any]:
    challenge = f"&n={CHALLENGE}" if video.challenged else ""
    return {
        "itag": 140,
        "url": f"https://www.youtube.com/videoplayback?id={video_id}&itag=140&mime=audio%2Fmp4{challenge}",
        "mimeType": 'audio/mp4; codecs="mp4a.40.2"',
        "bitrate": 130000,
        "contentLength": str(len(video.media or b"")),
        "quality": "tiny",
        "audioQuality": "AUDIO_QUALITY_MEDIUM",
        "approxDurationMs": str(video.seconds * 1000),
        "audioSampleRate": "44100",
        "audioChannels": 2,
    }


def media_part(media: bytes, asked: str) -> Page:
    """`asked`: the Range header."""
    found = re.fullmatch(r"bytes=(\d+)-(\d*)", asked)
    if not found:
        return Page(body=media, kind="audio/mp4")
    start = int(found[1])
    body = media[start : int(found[2] or len(media)) + 1]
    shown = f"bytes {start}-{start + len(body) - 1}/{len(media)}"
    return Page(206, body, "audio/mp4", {"Content-Range": shown, "Accept-Ranges": "bytes"})


def timed_text(track: Track, form: str | None, translated_to: str | None) -> Page:
    """`form`: `json3`, `vtt`, or what the library asks for, which is none."""
    mark = f"[{translated_to}] " if translated_to else ""
    cues = [(start, duration, mark + text) for start, duration, text in track.cues]
    if form == "json3":
        events = [
            {"tStartMs": round(start * 1000), "dDurationMs": round(duration * 1000), "segs": [{"utf8": text}]}
            for start, duration, text in cues
        ]
        return json_page({"wireMagic": "pb3", "events": events})
    if form == "vtt":
        lines = [
            f"{_clock(start)} --> {_clock(start + duration)}\n{html.escape(text, quote=False)}\n"
            for start, duration, text in cues
        ]
        return Page(body="\n".join(["WEBVTT\n", *lines]).encode(), kind="text/vtt; charset=UTF-8")
    rows = "".join(
        f'<text start="{start}" dur="{duration}">{escape(html.escape(text))}</text>'
        for start, duration, text in cues
    )
    body = f'<?xml version="1.0" encoding="utf-8" ?><transcript>{rows}</transcript>'
    return Page(body=body.encode(), kind="text/xml; charset=UTF-8")


def _clock(seconds: float) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
