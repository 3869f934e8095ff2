"""How a text job fails: each cause its own code, whether it may pass by itself, and a way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib.errors import JobError

SPEECH: Final = "speech"
"""A recogniser may still get a transcript."""
OTHER_CAPTIONS: Final = "other-captions"
"""Another way to the same captions may still get through."""


@dataclass(frozen=True)
class Cause:
    message: str
    retry_after: int | None = None
    """Seconds before it is worth trying again; None: it is not, until the request is changed."""
    helps: str = ""
    """Which other sources may still help: SPEECH, OTHER_CAPTIONS, both with a space between, or neither."""


_MINUTE: Final = 60
_HOUR: Final = 3600

CAUSES: Mapping[str, Cause] = {
    "LANGUAGE_NOT_AVAILABLE": Cause(
        "The video has captions, but not in this language: ask for one of the languages listed in details, "
        "leave `language` out for the spoken one, or set `allow_translation`"
    ),
    "NO_CAPTIONS": Cause(
        "The video has no captions: send some with `captions_url` or `captions`, "
        "or set `speech_to_text` if this service has a recogniser",
        helps=SPEECH,
    ),
    "NOT_YET_AVAILABLE": Cause(
        "The video is live, or has not begun: its captions come later", retry_after=_HOUR
    ),
    "YOUTUBE_BLOCKED": Cause(
        "YouTube refuses the address of this service, which is common for cloud addresses and says nothing "
        "about the video: try later, ask the operator for a residential proxy, or send captions along",
        retry_after=15 * _MINUTE,
        helps=OTHER_CAPTIONS,
    ),
    "AGE_RESTRICTED": Cause(
        "The video is age-restricted, so YouTube shows it to signed-in viewers alone: send its captions along"
    ),
    "VIDEO_UNAVAILABLE": Cause("The video does not exist, or was removed: check the URL"),
    "VIDEO_PRIVATE": Cause("The video is private: make it unlisted or public, or send its captions along"),
    "MEMBERS_ONLY": Cause("The video is for paying members of the channel alone: send its captions along"),
    "GEO_BLOCKED": Cause(
        "The video is not available in the country of this service: ask the operator for a proxy elsewhere, "
        "or send its captions along"
    ),
    "VIDEO_UNPLAYABLE": Cause("YouTube does not play this video; details hold the reason it gives"),
    "INVALID_URL": Cause("The URL names no video, playlist or channel: check it"),
    "TRANSLATION_NOT_AVAILABLE": Cause(
        "YouTube does not translate these captions: ask for one of the languages listed in details"
    ),
    "CAPTIONS_LOCKED": Cause(
        "YouTube gives these captions to its own players alone (a PO token is needed): send them along",
        helps=f"{SPEECH} {OTHER_CAPTIONS}",
    ),
    "CAPTIONS_EMPTY": Cause(
        "The captions came empty: try again later, or send them along",
        retry_after=5 * _MINUTE,
        helps=f"{SPEECH} {OTHER_CAPTIONS}",
    ),
    "CAPTIONS_INVALID": Cause("The captions cannot be read: send SRT, WebVTT, JSON or plain text in UTF-8"),
    "CAPTIONS_TOO_LARGE": Cause("The captions are larger than 10 MB: send the text without styles"),
    "YOUTUBE_UNREACHABLE": Cause(
        "YouTube does not answer properly: try again later", retry_after=30, helps=OTHER_CAPTIONS
    ),
    "YOUTUBE_TIMEOUT": Cause(
        "YouTube did not answer in time: try again later", retry_after=30, helps=OTHER_CAPTIONS
    ),
    "YOUTUBE_CONSENT": Cause(
        "YouTube's consent page could not be passed: try again later",
        retry_after=_MINUTE,
        helps=OTHER_CAPTIONS,
    ),
    "YOUTUBE_CHANGED": Cause(
        "YouTube answered in a form that this version does not know: tell the operator, an update may help",
        retry_after=5 * _MINUTE,
        helps=OTHER_CAPTIONS,
    ),
    "PROXY_FAILED": Cause("The proxy of this service fails: tell the operator", retry_after=30),
    "PROXY_NOT_CONFIGURED": Cause("This service has no proxy: leave `use_proxy` out, or set it to false"),
    "SITE_NOT_SUPPORTED": Cause(
        "Nothing at this URL could be read as a video: give the URL of a media file, or send captions along"
    ),
    "SITE_FAILED": Cause("The video's site did not answer properly: try again later", retry_after=30),
    "PLAYLIST_EMPTY": Cause(
        "The playlist or channel has no videos that can be seen: check that it is public"
    ),
    "SPEECH_NOT_CONFIGURED": Cause(
        "This service has no speech recogniser: send captions along, or ask the operator to configure one"
    ),
    "SPEECH_TOO_LONG": Cause("The video is longer than this service transcribes: send captions along"),
    "SPEECH_FAILED": Cause("The speech could not be recognised; details hold the reason"),
    "SUMMARY_FAILED": Cause(
        "No summary could be made of this transcript: it holds no sentences, check its captions"
    ),
}


class TextError(JobError):
    """`helps` says which other sources may still get a transcript."""

    def __init__(self, code: str, details: str | None = None) -> None:
        cause = CAUSES[code]
        super().__init__(
            code,
            cause.message,
            retryable=cause.retry_after is not None,
            details=details,
            retry_after=cause.retry_after,
        )
        self.helps = frozenset(cause.helps.split())
