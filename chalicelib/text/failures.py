"""How a text job fails: each cause its own code, whether it may pass by itself, and a way out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Final

from chalicelib.sites import failures as sites
from chalicelib.sites.failures import MINUTE, SiteError

SPEECH: Final = "speech"
"""A recogniser may still get a transcript."""
OTHER_CAPTIONS: Final = "other-captions"
"""Another way to the same captions may still get through."""
FILE: Final = "file"
"""What no page of a site is may be a media file, with captions inside it."""


@dataclass(frozen=True)
class Cause(sites.Cause):
    helps: str = ""
    """Which other sources may still help: SPEECH, OTHER_CAPTIONS, FILE, with spaces between."""
    once: bool = False
    """Whether one more try is all that it is worth."""


ALLOW_TRANSLATION: Final = "or set `allow_translation` for YouTube's machine translation"


def _of_sites(code: str, message: str | None = None, helps: str = "") -> Cause:
    """What sites fail with; `message` where captions are a way out."""
    known = sites.CAUSES[code]
    return Cause(message or known.message, known.retry_after, helps)


CAUSES: Mapping[str, Cause] = {
    "LANGUAGE_NOT_AVAILABLE": Cause(
        "There is no transcript in this language: leave `language` out for the spoken one, or ask for "
        "another; details tell which there are"
    ),
    "NO_CAPTIONS": Cause(
        "The video has no captions: send some with `captions_url` or `captions`, "
        "or set `speech_to_text` if this service has a recogniser",
        helps=f"{SPEECH} {FILE}",
    ),
    "NOT_YET_AVAILABLE": _of_sites(
        "NOT_YET_AVAILABLE", "The video is live, or has not begun: its captions come later"
    ),
    "YOUTUBE_BLOCKED": _of_sites(
        "YOUTUBE_BLOCKED",
        "YouTube refuses the address of this service, which is common for cloud addresses and says nothing "
        "about the video: try later, ask the operator for a residential proxy, or send captions along",
        helps=OTHER_CAPTIONS,
    ),
    "AGE_RESTRICTED": _of_sites(
        "AGE_RESTRICTED",
        "The video is age-restricted, so YouTube shows it to signed-in viewers alone: "
        "send its captions along",
    ),
    "VIDEO_UNAVAILABLE": _of_sites("VIDEO_UNAVAILABLE"),
    "VIDEO_PRIVATE": _of_sites(
        "VIDEO_PRIVATE",
        "The video is private: make it unlisted or public, or send its captions along",
    ),
    "MEMBERS_ONLY": _of_sites(
        "MEMBERS_ONLY",
        "The video is for paying members of the channel alone: send its captions along",
    ),
    "GEO_BLOCKED": _of_sites(
        "GEO_BLOCKED",
        "The video is not available in the country of this service: ask the operator for a proxy elsewhere, "
        "or send its captions along",
    ),
    "VIDEO_UNPLAYABLE": _of_sites(
        "VIDEO_UNPLAYABLE",
        "YouTube does not play this video, and details hold the reason it gives: send its captions along",
    ),
    "INVALID_URL": Cause("The URL names no video, playlist or channel: check it"),
    "TRANSLATION_NOT_AVAILABLE": Cause(
        "YouTube does not translate these captions: ask for one of the languages listed in details"
    ),
    "CAPTIONS_LOCKED": Cause(
        "YouTube gives these captions to its own players alone (a PO token is needed): send them along",
        helps=f"{SPEECH} {OTHER_CAPTIONS} {FILE}",
    ),
    "CAPTIONS_EMPTY": Cause(
        "The captions came empty: try again later, or send them along",
        retry_after=5 * MINUTE,
        helps=f"{SPEECH} {OTHER_CAPTIONS} {FILE}",
        once=True,
    ),
    "CAPTIONS_INVALID": Cause("The captions cannot be read: send SRT, WebVTT, JSON or plain text in UTF-8"),
    "CAPTIONS_TOO_LARGE": Cause("The captions are larger than 10 MB: send the text without styles"),
    "YOUTUBE_UNREACHABLE": _of_sites("YOUTUBE_UNREACHABLE", helps=OTHER_CAPTIONS),
    "YOUTUBE_TIMEOUT": _of_sites("YOUTUBE_TIMEOUT", helps=OTHER_CAPTIONS),
    "YOUTUBE_CONSENT": Cause(
        "YouTube's consent page could not be passed: try again later",
        retry_after=MINUTE,
        helps=OTHER_CAPTIONS,
    ),
    "YOUTUBE_CHANGED": _of_sites("YOUTUBE_CHANGED", helps=OTHER_CAPTIONS),
    "PROXY_FAILED": _of_sites("PROXY_FAILED"),
    "PROXY_NOT_CONFIGURED": _of_sites("PROXY_NOT_CONFIGURED"),
    "PROXY_NOT_APPLICABLE": Cause(
        "The proxy of this service is for YouTube alone, and this job has to fetch from another host: leave "
        "`use_proxy` out, or set it to false"
    ),
    "SITE_NOT_SUPPORTED": _of_sites(
        "SITE_NOT_SUPPORTED",
        "Nothing at this URL could be read as a video: give the URL of a media file, or send captions along",
        helps=f"{OTHER_CAPTIONS} {FILE}",
    ),
    "SITE_FAILED": _of_sites("SITE_FAILED", helps=FILE),
    "PLAYLIST_UNAVAILABLE": Cause(
        "The playlist or channel does not exist, or was removed: check the URL, or give those of its videos"
    ),
    "PLAYLIST_PRIVATE": Cause(
        "The playlist is private: make it unlisted or public, or give the URLs of its videos"
    ),
    "PLAYLIST_EMPTY": Cause(
        "The playlist or channel has no videos that can be seen: check that it is public"
    ),
    "SPEECH_NOT_CONFIGURED": Cause(
        "This service has no speech recogniser: send captions along, or ask the operator to configure one"
    ),
    "SPEECH_TOO_LONG": Cause("The video is longer than this service transcribes: send captions along"),
    "SPEECH_FAILED": Cause(
        "The speech could not be recognised, and details hold the reason: send captions along"
    ),
    "SUMMARY_FAILED": Cause(
        "No summary could be made of this transcript: it holds no sentences, check its captions"
    ),
}


class TextError(SiteError):
    """`helps` says which other sources may still get a transcript. `advice`: a way out of this one failure,
    beside those of its cause."""

    causes: ClassVar[Mapping[str, Cause]] = CAUSES

    def __init__(self, code: str, details: str | None = None, *, advice: str = "") -> None:
        super().__init__(code, details)
        if advice:
            self.message = f"{self.message}; {advice}"
        cause = self.causes[code]
        self.helps = frozenset(cause.helps.split())
        self.once = cause.once


@contextmanager
def told_by_sites() -> Iterator[None]:
    """SiteError as the TextError of the same code, which knows what captions can do."""
    try:
        yield
    except TextError:
        raise
    except SiteError as error:
        raise TextError(error.code, error.details) from error
