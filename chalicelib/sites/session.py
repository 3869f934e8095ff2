"""One use of yt-dlp, shut in: no files, no programs, no plugins, no configuration, no cookies of anybody's.

Imports yt_dlp (0.2 s and more), so it is imported only by what is itself imported when used.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from yt_dlp import YoutubeDL
from yt_dlp.networking.common import Request
from yt_dlp.networking.exceptions import RequestError, TransportError

from chalicelib.errors import BatchreelError
from chalicelib.settings import settings
from chalicelib.sites import translation
from chalicelib.sites.bounded import Limits
from chalicelib.sites.extractors import site_extractors, youtube_extractors
from chalicelib.sites.failures import SiteError
from chalicelib.sites.network import BoundedRH, GuardedRH, StandInRH

if TYPE_CHECKING:
    from chalicelib.sites.proxies import Way

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
        self.ydl = ydl
        self._messages = messages
        self.on_youtube = youtube

    @property
    def lacks_po_token(self) -> bool:
        """Whether YouTube has captions that it gives to its own players alone."""
        return any(_NO_PO_TOKEN in warning for warning in self._messages.warnings)

    def page(self, url: str) -> dict[str, Any]:
        """What one extractor makes of `url`, unprocessed. `entries` ask the network as they are taken: do so
        within `translated`. Raises SiteError."""
        with self.translated():
            return dict(self.ydl.extract_info(url, download=False, process=False) or {})

    def video(self, url: str) -> dict[str, Any]:
        """The one video that `url` leads to, whatever sites are on the way. Raises SiteError."""
        with self.translated():
            info = self.ydl.extract_info(url, download=False) or {}
        if info.get("_type", "video") != "video":
            info = _only([entry for entry in info.get("entries") or () if entry])
        return dict(info)

    def read(self, url: str, headers: Mapping[str, str], max_bytes: int) -> bytes:
        """At most so many; there may be more. Raises SiteError."""
        with self.translated(), self.ydl.urlopen(Request(url, headers=dict(headers))) as response:
            data: bytes = response.read(max_bytes)
        return data

    @contextmanager
    def translated(self) -> Iterator[None]:
        """What yt-dlp raises, as SiteError. Its extractors raise anything when a page is not as expected."""
        try:
            yield
        except BatchreelError:
            raise
        except Exception as error:
            raise translation.translate(error, self.ydl.failure, youtube=self.on_youtube) from error


@contextmanager
def for_youtube(way: Way, limits: Limits) -> Iterator[Session]:
    """For captions and lists: YouTube's own extractors alone. Each session is a connection of its own."""
    options = _CAPTIONS | {"proxy": way.url or "", "socket_timeout": settings().youtube_timeout}
    base = settings().youtube_base_url
    handler = partial(StandInRH, base=base, limits=limits) if base else partial(BoundedRH, limits=limits)
    with open_session(options, youtube_extractors(), handler, limits, youtube=True) as session:
        yield session


@contextmanager
def for_sites(limits: Limits) -> Iterator[Session]:
    """For captions at a caller's URL: each request goes through the outbound guard."""
    options = _CAPTIONS | {"proxy": "", "playlistend": 2}
    handler = partial(GuardedRH, limits=limits)
    with open_session(options, site_extractors(), handler, limits, youtube=False) as session:
        yield session


@contextmanager
def open_session(
    options: Mapping[str, Any], extractors: Sequence[Any], handler: Any, limits: Limits, *, youtube: bool
) -> Iterator[Session]:
    """`handler` makes the one request handler there is."""
    messages = _Messages()
    with _YoutubeDL({**_OPTIONS, **options, "logger": messages}, limits) as ydl:
        for extractor in extractors:
            ydl.add_info_extractor(extractor)
        # the handlers that yt-dlp has registered would be asked for what ours refuses
        ydl._request_director = ydl.build_request_director([handler])
        yield Session(ydl, messages, youtube=youtube)


SCRIPTS = ["configs", "js", "initial_data"]
"""Requests of YouTube's extractor for pages of embedded players, player scripts and comments."""
_OPTIONS: dict[str, Any] = {
    "quiet": True,
    "noprogress": True,
    "cachedir": False,
    "noplaylist": True,
    "lazy_playlist": True,
    "geo_bypass": False,
    "retries": 1,
    "extractor_retries": 1,
    "js_runtimes": {},
    "remote_components": (),
}
_CAPTIONS: dict[str, Any] = {
    "skip_download": True,
    # without these two YouTube's extractor does not say that captions need a PO token
    "writesubtitles": True,
    "writeautomaticsub": True,
    "extractor_args": {"youtube": {"player_skip": SCRIPTS, "skip": ["translated_subs"]}},
    # yt-dlp's own choice of a format runs ffmpeg; this one chooses none
    "format": lambda _: [{}],
}


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
        raise SiteError("SITE_NOT_SUPPORTED", details="The page does not hold exactly one video")
    return entries[0]
