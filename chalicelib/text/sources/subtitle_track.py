"""The subtitle track inside a media file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.audio.subtitles import Found, subtitles
from chalicelib.audio.tracks import SubtitleStream
from chalicelib.errors import JobError
from chalicelib.text import captions
from chalicelib.text.failures import TextError
from chalicelib.text.language import choose
from chalicelib.text.sources.code_pages import in_utf8
from chalicelib.text.sources.iso639 import bcp47
from chalicelib.text.sources.naming import title_of
from chalicelib.text.sources.share import Share
from chalicelib.text.sources.source import Wanted
from chalicelib.text.transcript import Chapter, Track, Transcript, Video


@dataclass(frozen=True)
class _Offer:
    stream: SubtitleStream
    language: str
    is_generated: bool | None = None
    """Containers do not say."""

    @property
    def track(self) -> Track:
        return Track(self.language, self.stream.title or self.language, self.is_generated)


class SubtitleTrack:
    name = "subtitle-track"

    def applies(self, wanted: Wanted) -> bool:
        return wanted.target.kind == "media"

    def fetch(self, wanted: Wanted) -> Transcript:
        """Raises TextError, and JobError if the file cannot be fetched."""
        found = _found(wanted)
        offers = _offers(found.contents.subtitles)
        if found.chosen is None:
            raise _none(found, offers)
        written = found.chosen.language or wanted.request.language
        return Transcript(
            video=_video(wanted.target.url, found),
            cues=_parsed(found, bcp47(written)).cues,
            language=bcp47(found.chosen.language),
            language_name=found.chosen.title,
            source=self.name,
            available=tuple(offer.track for offer in offers),
        )


def _found(wanted: Wanted) -> Found:
    def take(streams: Sequence[SubtitleStream]) -> SubtitleStream | None:
        chosen = _choose(_offers(streams), wanted.request.language)
        return chosen.stream if chosen else None

    try:
        return subtitles(wanted.target.url, Share(wanted.task, 5, 45), take)
    except JobError as error:
        if error.code != "INVALID_VIDEO":
            raise
        raise TextError("SITE_NOT_SUPPORTED", details=error.message) from error


def _parsed(found: Found, language: str) -> captions.Captions:
    data = in_utf8(found.data, language)
    if data is None:
        details = "The subtitle track is not in UTF-8, nor as its language was written before."
        raise TextError("NO_CAPTIONS", details=details)
    try:
        return captions.parse(data, found.format)
    except captions.NoCues as error:
        raise TextError("NO_CAPTIONS", details="The subtitle track holds no text.") from error
    except TextError as error:
        if error.code != "CAPTIONS_INVALID":
            raise
        # the caller has sent no captions that could be mended
        raise TextError("NO_CAPTIONS", details="The subtitle track cannot be read.") from error


def _offers(streams: Sequence[SubtitleStream]) -> list[_Offer]:
    """Forced tracks hold a sign here and a foreign word there, which is no transcript."""
    return [_Offer(s, bcp47(s.language)) for s in streams if s.is_text and not s.forced]


def _choose(offers: Sequence[_Offer], language: str | None) -> _Offer | None:
    """A track without a language may be in any, if it is the only one."""
    default = next((offer for offer in offers if offer.stream.default), None)
    chosen = choose(offers, language, default=default)
    alone = len(offers) == 1 and not offers[0].stream.language
    return chosen or (offers[0] if alone else None)


def _none(found: Found, offers: Sequence[_Offer]) -> TextError:
    if offers:
        listed = ", ".join(dict.fromkeys(offer.language for offer in offers))
        return TextError("LANGUAGE_NOT_AVAILABLE", details=listed)
    streams = found.contents.subtitles
    if any(not stream.is_text for stream in streams):
        return TextError("NO_CAPTIONS", details="The file has subtitles as pictures only.")
    if streams:
        return TextError("NO_CAPTIONS", details="The file has forced subtitles only.")
    return TextError("NO_CAPTIONS", details="The file has no subtitle track.")


def _video(url: str, found: Found) -> Video:
    tags = found.contents.tags
    return Video(
        url=url,
        title=tags.get("title") or title_of(url),
        author=tags.get("artist"),
        duration=found.contents.duration,
        chapters=tuple(Chapter(start, title) for start, title in found.contents.chapters),
    )
