"""What yt-dlp raises, as the causes that our APIs know. Imports yt_dlp."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Iterator, Sequence

from requests.exceptions import Timeout
from yt_dlp.networking.exceptions import HTTPError, NoSupportingHandlers, ProxyError, RequestError
from yt_dlp.utils import ExtractorError, GeoRestrictedError, UnsupportedError, UserNotLive

from chalicelib.errors import BatchreelError, OutboundError
from chalicelib.sites.clean import clean
from chalicelib.sites.failures import SiteError
from chalicelib.sites.reasons import code_of

_OUT_OF_SPACE = {errno.ENOSPC, errno.EDQUOT}
_MOST_LINKS = 20
_MOST_CHARACTERS = 200
_ADVICE = re.compile(r"\. Use --|; please report|\. See  |\nYou might want|\. (?:Your|The current) ")
_NO_EXTRACTOR = "No suitable extractor"
_GONE = re.compile(r"not exist|no longer|not found|removed|deleted|unavailable|not available", re.IGNORECASE)
_CLOSED = re.compile(r"private|password|log ?in|sign ?in|registered users|subscri", re.IGNORECASE)


def translate(error: Exception, failure: RequestError | None, *, youtube: bool) -> BatchreelError:
    """A SiteError; or what one of our own callbacks had raised under yt-dlp, as it was.

    `failure`: the last request that failed.
    """
    chain = list(_chain(error))
    for link in chain:
        if isinstance(link, BatchreelError) and not isinstance(link, OutboundError):
            return link
    if not youtube:
        return _from_site(chain)
    return _from_youtube(chain) or _unexplained(chain, failure)


def disk_is_full(error: Exception) -> bool:
    """Whether that lies under it."""
    return any(isinstance(link, OSError) and link.errno in _OUT_OF_SPACE for link in _chain(error))


def _from_youtube(chain: Sequence[BaseException]) -> SiteError | None:
    for link in chain:
        if isinstance(link, GeoRestrictedError):
            return SiteError("GEO_BLOCKED")
        if isinstance(link, RequestError):
            return _from_request(link)
    for link in chain:
        if isinstance(link, ExtractorError) and link.expected:
            told = _told(link.orig_msg)
            return SiteError(_code_of(told), details=told)
    return None


def _unexplained(chain: Sequence[BaseException], failure: RequestError | None) -> SiteError:
    """The extractor met what it does not know, as a rule because a request before had failed."""
    if failure:
        return _from_request(failure)
    return SiteError("YOUTUBE_CHANGED", details=type(chain[-1]).__name__)


def _code_of(reason: str) -> str:
    return code_of(reason) or ("VIDEO_UNAVAILABLE" if _GONE.search(reason) else "VIDEO_UNPLAYABLE")


def _from_request(error: RequestError) -> SiteError:
    if isinstance(error, HTTPError):
        codes = {403: "YOUTUBE_BLOCKED", 429: "YOUTUBE_BLOCKED", 404: "VIDEO_UNAVAILABLE"}
        return SiteError(codes.get(error.status, "YOUTUBE_UNREACHABLE"), details=f"HTTP {error.status}")
    if isinstance(error, ProxyError):
        return SiteError("PROXY_FAILED")
    return SiteError("YOUTUBE_TIMEOUT" if _timed_out(_chain(error)) else "YOUTUBE_UNREACHABLE")


def _from_site(chain: Sequence[BaseException]) -> SiteError:
    for link in chain:
        if isinstance(link, GeoRestrictedError):
            return SiteError("GEO_BLOCKED")
        if isinstance(link, UserNotLive):
            return SiteError("NOT_YET_AVAILABLE")
        if isinstance(link, UnsupportedError | NoSupportingHandlers):
            return SiteError("SITE_NOT_SUPPORTED")
        if isinstance(link, OutboundError):
            return SiteError("SITE_FAILED" if link.retryable else "SITE_NOT_SUPPORTED", details=link.message)
        if isinstance(link, HTTPError):
            return _from_status(link.status)
        if isinstance(link, MemoryError):
            return SiteError("SITE_NOT_SUPPORTED", details="The page takes too much memory")
        if _NO_EXTRACTOR in str(link):
            return SiteError("SITE_NOT_SUPPORTED")
    return _from_reason(chain)


def _from_status(status: int) -> SiteError:
    codes = {401: "VIDEO_PRIVATE", 404: "VIDEO_UNAVAILABLE", 410: "VIDEO_UNAVAILABLE", 451: "GEO_BLOCKED"}
    return SiteError(codes.get(status, "SITE_FAILED"), details=f"HTTP {status}")


def _from_reason(chain: Sequence[BaseException]) -> SiteError:
    """What the site itself has said, as far as its extractor knows such answers."""
    for link in chain:
        if isinstance(link, ExtractorError) and link.expected:
            told = _told(link.orig_msg)
            if _CLOSED.search(told):
                return SiteError("VIDEO_PRIVATE", details=told)
            if _GONE.search(told):
                return SiteError("VIDEO_UNAVAILABLE", details=told)
            return SiteError("SITE_NOT_SUPPORTED", details=told)
    return SiteError("SITE_FAILED")


def _timed_out(chain: Iterable[BaseException]) -> bool:
    return any(
        isinstance(link, Timeout | TimeoutError) or (isinstance(link, OutboundError) and link.timed_out)
        for link in chain
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """`error` and what lies under it: yt-dlp keeps causes in several places."""
    waiting: list[object] = [error]
    seen: list[BaseException] = []
    while waiting and len(seen) < _MOST_LINKS:
        link = waiting.pop(0)
        if not isinstance(link, BaseException) or any(link is known for known in seen):
            continue
        seen.append(link)
        yield link
        kept = getattr(link, "exc_info", None) or (None, None)
        waiting += [getattr(link, "cause", None), kept[1], link.__cause__]
        if isinstance(link, NoSupportingHandlers):
            waiting += link.unexpected_errors


def _told(message: str) -> str:
    """The first words, without what yt-dlp advises the users of its command line."""
    return clean(_ADVICE.split(message, maxsplit=1)[0])[:_MOST_CHARACTERS]
