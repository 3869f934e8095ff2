"""yt-dlp: a second way to YouTube's captions, and the way to those of many other sites.

Imported when used (see sources.chain); yt_dlp itself is imported only when something is asked of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from chalicelib import outbound
from chalicelib.errors import OutboundError
from chalicelib.sites import proxies
from chalicelib.sites.failures import SiteError
from chalicelib.sites.way import watched
from chalicelib.text import captions, language
from chalicelib.text.failures import ALLOW_TRANSLATION, TextError, told_by_sites
from chalicelib.text.sources import ytdlp_info
from chalicelib.text.sources.source import Wanted
from chalicelib.text.sources.ytdlp_info import Offer
from chalicelib.text.transcript import Cue, Transcript, Video
from chalicelib.text.urls import Target

if TYPE_CHECKING:
    from chalicelib.sites.session import Session

MOST_SECONDS = 180.0
MOST_LISTED = 60
"""Languages that an error names."""
_RESERVE_SECONDS = 20.0
"""Kept back from the worker's time, to fail properly or to try what else there is."""


class YtDlp:
    name = "yt-dlp"

    def applies(self, wanted: Wanted) -> bool:
        if wanted.target.kind == "media":
            from chalicelib.sites.extractors import knows

            return knows(wanted.target.url)
        return wanted.target.kind == "video"

    @told_by_sites()
    def fetch(self, wanted: Wanted) -> Transcript:
        with _session(wanted) as session:
            info = _info(wanted.target, session)
            offers = ytdlp_info.offers(info, youtube=session.on_youtube)
            offer = _chosen(offers, wanted, ytdlp_info.spoken(info))
            if offer is None:
                raise _nothing(offers, info, session, wanted)
            cues = _cues(offer, session)
        return Transcript(
            video=ytdlp_info.video(info, wanted.target),
            cues=cues,
            language=offer.language,
            language_name=offer.name,
            is_generated=offer.is_generated,
            source=self.name,
            translated_from=offer.translated_from and language.tag(offer.translated_from),
            available=tuple(each.track for each in offers if not each.translated_from),
        )

    @told_by_sites()
    def media(self, wanted: Wanted) -> tuple[str, Video]:
        """The URL of a file with the video's sound, the smallest there is. Signed as a rule: to be used at
        once, and on YouTube from the same address. Raises TextError."""
        with _session(wanted) as session:
            info = _info(wanted.target, session)
        url = ytdlp_info.smallest_audio(info)
        if url is None:
            raise TextError("SITE_NOT_SUPPORTED", details="The site has no single file with the sound")
        try:
            outbound.check_url(url)
        except OutboundError as error:
            raise TextError("SITE_NOT_SUPPORTED", details=error.message) from error
        return url, ytdlp_info.video(info, wanted.target)


@contextmanager
def _session(wanted: Wanted) -> Iterator[Session]:
    from chalicelib.sites import session as sessions
    from chalicelib.sites.bounded import Limits

    def tick() -> None:
        wanted.task.report(5, "fetching_transcript")

    limits = Limits.within(min(MOST_SECONDS, wanted.task.seconds_left() - _RESERVE_SECONDS), tick)
    if wanted.target.kind == "video":
        way = proxies.way(wanted.request.use_proxy)
        with watched(way), sessions.for_youtube(way, limits) as session:
            yield session
    else:
        with sessions.for_sites(limits) as session:
            yield session


def _chosen(offers: Sequence[Offer], wanted: Wanted, spoken: str | None) -> Offer | None:
    own = [offer for offer in offers if not offer.translated_from]
    chosen = language.choose(own, wanted.request.language, spoken=spoken)
    return _translation(offers, wanted) if chosen is None and wanted.request.allow_translation else chosen


def _translation(offers: Sequence[Offer], wanted: Wanted) -> Offer | None:
    """YouTube's, of what its machine has heard."""
    translations = [offer for offer in offers if offer.translated_from]
    return language.best(translations, wanted.request.language) if wanted.request.language else None


def _info(target: Target, session: Session) -> dict[str, Any]:
    if target.kind != "video":
        return session.video(target.url)
    # YouTube may have captions of what it gives no file of, which processing would refuse
    info = session.page(target.url)
    if info.get("_type", "video") != "video":
        raise TextError("VIDEO_UNPLAYABLE", details="YouTube shows something else in its place")
    return info


def _nothing(offers: Sequence[Offer], info: Mapping[str, Any], session: Session, wanted: Wanted) -> TextError:
    languages = dict.fromkeys(offer.language for offer in offers if not offer.translated_from)
    if languages:
        details = ", ".join(list(languages)[:MOST_LISTED])
        advice = ALLOW_TRANSLATION if _translation(offers, wanted) else ""
        return TextError("LANGUAGE_NOT_AVAILABLE", details=details, advice=advice)
    if session.lacks_po_token:
        return TextError("CAPTIONS_LOCKED")
    is_live = info.get("live_status") in ("is_live", "is_upcoming")
    return TextError("NOT_YET_AVAILABLE" if is_live else "NO_CAPTIONS")


def _cues(offer: Offer, session: Session) -> tuple[Cue, ...]:
    data = offer.data.encode() if offer.data else b""
    if offer.url and not data:
        data = _read(offer.url, offer.headers, session)
    if not data.strip():
        raise TextError("CAPTIONS_EMPTY")
    try:
        if offer.format in ("ttml", "dfxp"):
            return captions.parse(_srt_of(data), "srt").cues
        return captions.parse(data, "json" if offer.format == "json3" else offer.format).cues
    except TextError as error:
        if error.code != "CAPTIONS_INVALID":
            raise
        # the caller has sent no captions that could be mended
        code = "YOUTUBE_CHANGED" if session.on_youtube else "SITE_FAILED"
        raise TextError(code, details=error.details) from error


def _read(url: str, headers: Mapping[str, str], session: Session) -> bytes:
    try:
        data = session.read(url, headers, captions.MAX_BYTES + 1)
    except SiteError as error:
        if error.code != "VIDEO_UNAVAILABLE":
            raise
        # the video is there: its captions are not
        raise TextError("CAPTIONS_EMPTY", details=error.details) from error
    if len(data) > captions.MAX_BYTES:
        raise TextError("CAPTIONS_TOO_LARGE")
    return data


def _srt_of(ttml: bytes) -> bytes:
    from yt_dlp.utils import dfxp2srt

    try:
        return str(dfxp2srt(ttml)).encode()
    except Exception as error:
        raise TextError("CAPTIONS_INVALID") from error
