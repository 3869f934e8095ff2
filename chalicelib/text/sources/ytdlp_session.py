"""One use of yt-dlp, shut in: no files, no programs, no plugins, no configuration, no cookies of anybody's.

Imports yt_dlp (0.2 s and more), so it is imported only by what is itself imported when used.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import yt_dlp.globals
from yt_dlp import YoutubeDL
from yt_dlp.extractor import gen_extractor_classes
from yt_dlp.networking._requests import RequestsRH
from yt_dlp.networking.common import Request
from yt_dlp.networking.exceptions import RequestError, TransportError
from yt_dlp.utils import dfxp2srt

from chalicelib.errors import BatchreelError
from chalicelib.settings import settings
from chalicelib.text.failures import TextError
from chalicelib.text.sources import ytdlp_errors
from chalicelib.text.sources.proxies import Way
from chalicelib.text.sources.ytdlp_network import GuardedRH, Limits, StandInRH

yt_dlp.globals.plugin_dirs.value = []

_START_PROGRAMS = {"douyutv", "iqiyi", "pornhub"}
"""Modules of extractors that start PhantomJS."""
_NO_PO_TOKEN = "because a PO token was not provided"  # noqa: S105 no password
_MESSAGES = 50
_MESSAGE_LENGTH = 500


class _YoutubeDL(YoutubeDL):  # type: ignore[misc]  # yt-dlp has no types
    """Keeps the limits whatever carries the requests."""

    def __init__(self, options: dict[str, Any], limits: Limits) -> None:
        super().__init__(options, auto_init=False)
        self.failure: RequestError | None = None
        """The last request that failed: extractors make warnings of some, and go on."""
        self._limits = limits

    def urlopen(self, req: Any) -> Any:
        self._limits.tick()
        try:
            if time.monotonic() >= self._limits.deadline:
                raise TransportError(cause=TimeoutError("no time is left"))
            return super().urlopen(req)
        except RequestError as error:
            self.failure = error
            raise


class Session:
    def __init__(self, ydl: _YoutubeDL, messages: _Messages, *, youtube: bool) -> None:
        self._ydl = ydl
        self._messages = messages
        self.on_youtube = youtube

    @property
    def lacks_po_token(self) -> bool:
        """Whether YouTube has captions that it gives to its own players alone."""
        return any(_NO_PO_TOKEN in warning for warning in self._messages.warnings)

    def page(self, url: str) -> dict[str, Any]:
        """What one extractor makes of `url`, unprocessed. `entries` ask the network as they are taken: do so
        within `translated`. Raises TextError."""
        with self.translated():
            return dict(self._ydl.extract_info(url, download=False, process=False) or {})

    def video(self, url: str) -> dict[str, Any]:
        """The one video that `url` leads to, whatever sites are on the way. Raises TextError."""
        with self.translated():
            info = self._ydl.extract_info(url, download=False) or {}
        if info.get("_type", "video") != "video":
            info = _only([entry for entry in info.get("entries") or () if entry])
        return dict(info)

    def read(self, url: str, headers: dict[str, str], max_bytes: int) -> bytes:
        """Captions. Raises TextError CAPTIONS_TOO_LARGE, and as `video` does."""
        with (
            self.translated(absent="CAPTIONS_EMPTY"),
            self._ydl.urlopen(Request(url, headers=headers)) as response,
        ):
            data: bytes = response.read(max_bytes + 1)
        if len(data) > max_bytes:
            raise TextError("CAPTIONS_TOO_LARGE")
        return data

    @staticmethod
    def srt_of(ttml: bytes) -> bytes:
        """Raises TextError CAPTIONS_INVALID."""
        try:
            return str(dfxp2srt(ttml)).encode()
        except Exception as error:
            raise TextError("CAPTIONS_INVALID") from error

    @contextmanager
    def translated(self, *, absent: str = "VIDEO_UNAVAILABLE") -> Iterator[None]:
        """What yt-dlp raises, as TextError. Its extractors raise anything when a page is not as expected.
        `absent`: the code for what is not there."""
        try:
            yield
        except BatchreelError:
            raise
        except Exception as error:
            raise ytdlp_errors.translate(
                error, self._ydl.failure, youtube=self.on_youtube, absent=absent
            ) from error


@contextmanager
def for_youtube(way: Way, limits: Limits) -> Iterator[Session]:
    """YouTube's own extractors alone. Each session is a connection of its own."""
    options = {"proxy": way.url or "", "socket_timeout": settings().youtube_timeout}
    base = settings().youtube_base_url
    handler = partial(StandInRH, base=base, limits=limits) if base else RequestsRH
    with _session(options, youtube_extractors(), handler, limits, youtube=True) as session:
        yield session


@contextmanager
def for_sites(limits: Limits) -> Iterator[Session]:
    """For a caller's URL: each request goes through the outbound guard."""
    options = {"proxy": "", "playlistend": 2}
    handler = partial(GuardedRH, limits=limits)
    with _session(options, site_extractors(), handler, limits, youtube=False) as session:
        yield session


@contextmanager
def _session(
    options: dict[str, Any], extractors: Sequence[Any], handler: Any, limits: Limits, *, youtube: bool
) -> Iterator[Session]:
    messages = _Messages()
    with _YoutubeDL(_OPTIONS | options | {"logger": messages}, limits) as ydl:
        for extractor in extractors:
            ydl.add_info_extractor(extractor)
        # the handlers that yt-dlp has registered would be asked for what ours refuses
        ydl._request_director = ydl.build_request_director([handler])
        yield Session(ydl, messages, youtube=youtube)


_YOUTUBE = {
    # requests that captions do not need: pages of embedded players, player scripts, comments
    "player_skip": ["configs", "js", "initial_data"],
    "skip": ["translated_subs"],
}
_OPTIONS: dict[str, Any] = {
    "quiet": True,
    "noprogress": True,
    "cachedir": False,
    "skip_download": True,
    "noplaylist": True,
    "lazy_playlist": True,
    "geo_bypass": False,
    "retries": 1,
    "extractor_retries": 1,
    # without these two YouTube's extractor does not say that captions need a PO token
    "writesubtitles": True,
    "writeautomaticsub": True,
    "extractor_args": {"youtube": _YOUTUBE},
    "js_runtimes": {},
    "remote_components": (),
    # yt-dlp's own choice of a format runs ffmpeg; this one chooses none
    "format": lambda _: [{}],
}


def knows(url: str) -> bool:
    """Whether one of the sites' extractors takes such URLs. No network."""
    if not url.startswith(("http://", "https://")) or "__youtubedl_smuggle" in url:
        return False
    return any(extractor.suitable(url) for extractor in site_extractors())


@cache
def site_extractors() -> tuple[Any, ...]:
    """Of one site each; without the generic one, which reads any page, and YouTube's, which have a proxy."""
    return tuple(
        extractor
        for extractor in gen_extractor_classes()
        if extractor._ENABLED
        and not extractor.IE_NAME.lower().startswith(("generic", "youtube"))
        and module_of(extractor) not in _START_PROGRAMS
    )


@cache
def youtube_extractors() -> tuple[Any, ...]:
    return tuple(
        extractor for extractor in gen_extractor_classes() if extractor.IE_NAME.lower().startswith("youtube")
    )


def module_of(extractor: Any) -> str:
    """The last part of its name; yt-dlp loads most modules only when their site is asked."""
    name: str = getattr(extractor, "_module", extractor.__module__)
    return name.rpartition(".")[2]


class _Messages:
    """yt-dlp's logger. Nothing of it is logged: it may hold addresses of callers' videos."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warning(self, message: str) -> None:
        if len(self.warnings) < _MESSAGES:
            self.warnings.append(message[:_MESSAGE_LENGTH])

    def debug(self, message: str) -> None:
        pass

    info = error = debug


def _only(entries: list[dict[str, Any]]) -> dict[str, Any]:
    if len(entries) != 1:
        raise TextError("SITE_NOT_SUPPORTED", details="The page does not hold exactly one video")
    return entries[0]
