"""The HTTP session that youtube-transcript-api talks through, and what can be learnt from it on the way."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3 import HTTPConnectionPool
from urllib3.util import Retry

from chalicelib.settings import settings
from chalicelib.sites.bounded import BoundedAdapter, Limits
from chalicelib.text.captions.clean import clean
from chalicelib.text.sources.description import chapters
from chalicelib.text.transcript import Video
from chalicelib.text.urls import thumbnails

CONNECT_SECONDS = 5.0
YOUTUBE = "https://www.youtube.com/"
_MOST_CHARACTERS = 500
_MOST_URL = 2000

# its warnings hold the signed addresses of captions
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)


class TimeoutSession(requests.Session):
    """The library sets no timeouts."""

    def __init__(self, timeout: float, limits: Limits) -> None:
        super().__init__()
        self.limits = limits
        self._timeout = (min(CONNECT_SECONDS, timeout), timeout)
        # proxies of the environment would replace the one that was chosen for this request
        self.trust_env = False
        self.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True

    def request(self, *args: Any, **options: Any) -> requests.Response:
        """Raises requests.Timeout when the time is over."""
        try:
            self.limits.check()
        except TimeoutError as error:
            raise requests.Timeout(error) from error
        options.setdefault("timeout", self._timeout)
        return super().request(*args, **options)


class RetryingAdapter(BoundedAdapter):
    """A 429 is asked again `retries` times, at once: through a rotating proxy that is another address. The
    worker would sleep for `Retry-After`, so it is not heeded."""

    def __init__(self, limits: Limits, retries: int = 0) -> None:
        again = Retry(
            total=max(1, retries),
            connect=1,
            other=1,
            read=False,  # a timeout stays a timeout
            status=retries,
            status_forcelist=[429] if retries else [],
            respect_retry_after_header=False,
        )
        super().__init__(limits, max_retries=again)


class LoopbackAdapter(RetryingAdapter):
    """Connects to a stand-in. URL, cookies and Host stay YouTube's."""

    def __init__(self, limits: Limits, base: str) -> None:
        super().__init__(limits)
        self._base = base

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> HTTPConnectionPool:
        pool: HTTPConnectionPool = self.poolmanager.connection_from_url(self._base)
        return pool

    def add_headers(self, request: requests.PreparedRequest, **_: Any) -> None:
        request.headers["Host"] = urlsplit(str(request.url)).netloc


class Player:
    """What YouTube's player answered, which the library throws away. No request of its own is made."""

    def __init__(self) -> None:
        self._answer: Mapping[str, Any] = {}
        self.asked = ""
        """The last URL."""

    def see(self, response: requests.Response, *_: Any, **__: Any) -> None:
        """A response hook."""
        self.asked = str(response.request.url)
        if not response.ok or urlsplit(self.asked).path != "/youtubei/v1/player":
            return
        try:
            answer = response.json()
        except ValueError:
            return  # the library meets the same, and its error says so
        self._answer = answer if isinstance(answer, dict) else {}

    @property
    def is_live(self) -> bool:
        return bool(self._details.get("isLive") or self._details.get("isUpcoming"))

    @property
    def default_track(self) -> tuple[str, bool] | None:
        """Language and whether a machine made it, of the track that YouTube itself would show."""
        renderer = _at(self._answer, "captions", "playerCaptionsTracklistRenderer")
        audio = _at(renderer, "audioTracks", _at(renderer, "defaultAudioTrackIndex") or 0)
        index = _at(audio, "defaultCaptionTrackIndex")
        track = None if index is None else _at(renderer, "captionTracks", index)
        code = _at(track, "languageCode")
        return (code, _at(track, "kind") == "asr") if isinstance(code, str) else None

    def video(self, video_id: str, url: str) -> Video:
        duration = _seconds(self._details.get("lengthSeconds"))
        description = self._details.get("shortDescription")
        return Video(
            url=url,
            video_id=video_id,
            title=_text(self._details.get("title")),
            author=_text(self._details.get("author")),
            duration=duration,
            thumbnail=self._thumbnail() or thumbnails(video_id)["high"]["url"],
            chapters=chapters(description if isinstance(description, str) else "", duration),
        )

    @property
    def _details(self) -> Mapping[str, Any]:
        details = _at(self._answer, "videoDetails")
        return details if isinstance(details, dict) else {}

    def _thumbnail(self) -> str | None:
        """The largest that the player knows."""
        known = _at(self._details, "thumbnail", "thumbnails")
        sized = [
            (width, url)
            for row in (known if isinstance(known, list) else [])
            if isinstance(width := _at(row, "width"), int)
            and (url := _text(_at(row, "url"), _MOST_URL + 1) or "").startswith("https://")
            and len(url) <= _MOST_URL
        ]
        return max(sized)[1] if sized else None


def open_session(player: Player, seconds: float, tick: Callable[[], None] = lambda: None) -> TimeoutSession:
    """After so many seconds nothing is asked or read any more. What `tick` raises comes out."""
    session = TimeoutSession(settings().youtube_timeout, Limits.within(seconds, tick))
    session.hooks["response"].append(player.see)
    return session


def carry(session: TimeoutSession, retries: int) -> None:
    """Says what the session connects with. To be called last: the library mounts adapters of its own."""
    session.mount("https://", RetryingAdapter(session.limits, retries))
    session.mount("http://", RetryingAdapter(session.limits, retries))
    if settings().youtube_base_url:
        session.mount(YOUTUBE, LoopbackAdapter(session.limits, settings().youtube_base_url))


def _at(value: Any, *path: str | int) -> Any:
    """None where the answer has another shape."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _text(value: Any, most: int = _MOST_CHARACTERS) -> str | None:
    return clean(value)[:most] or None if isinstance(value, str) else None


def _seconds(value: Any) -> float | None:
    """None for a live video, whose length is 0."""
    return float(value) or None if isinstance(value, str) and value.isdecimal() and len(value) < 9 else None
