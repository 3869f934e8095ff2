"""How sites of videos fail: each cause its own code, whether it may pass by itself, and a way out.

The sentences are those of both kinds of job; a kind may know another way out and say so in its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from chalicelib.errors import JobError

MINUTE: Final = 60
HOUR: Final = 3600


@dataclass(frozen=True)
class Cause:
    message: str
    retry_after: int | None = None
    """Seconds before it is worth trying again; None: it is not, until the request is changed."""


CAUSES: Mapping[str, Cause] = {
    "NOT_YET_AVAILABLE": Cause(
        "The video is live, or has not begun: try again when it has ended", retry_after=HOUR
    ),
    "YOUTUBE_BLOCKED": Cause(
        "YouTube refuses the address of this service, which is common for cloud addresses and says nothing "
        "about the video: try later, or ask the operator for a residential proxy",
        retry_after=15 * MINUTE,
    ),
    "AGE_RESTRICTED": Cause("The video is age-restricted, so YouTube shows it to signed-in viewers alone"),
    "VIDEO_UNAVAILABLE": Cause("The video does not exist, or was removed: check the URL"),
    "VIDEO_PRIVATE": Cause("The video is private: make it unlisted or public"),
    "MEMBERS_ONLY": Cause("The video is for paying members of the channel alone"),
    "GEO_BLOCKED": Cause(
        "The video is not available in the country of this service: ask the operator for a proxy elsewhere"
    ),
    "VIDEO_UNPLAYABLE": Cause("YouTube does not play this video; details hold the reason it gives"),
    "YOUTUBE_UNREACHABLE": Cause("YouTube does not answer properly: try again later", retry_after=30),
    "YOUTUBE_TIMEOUT": Cause("YouTube did not answer in time: try again later", retry_after=30),
    "YOUTUBE_CHANGED": Cause(
        "YouTube answered in a form that this version does not know: tell the operator, an update may help",
        retry_after=5 * MINUTE,
    ),
    "PROXY_FAILED": Cause("The proxy of this service fails: tell the operator", retry_after=30),
    "PROXY_NOT_CONFIGURED": Cause("This service has no proxy: leave `use_proxy` out, or set it to false"),
    "SITE_NOT_SUPPORTED": Cause("Nothing at this URL could be read as a video: give the URL of a media file"),
    "SITE_FAILED": Cause("The video's site did not answer properly: try again later", retry_after=30),
    "SEVERAL_VIDEOS": Cause(
        "The URL leads to a playlist, or to a page with several videos: give the URL of one video"
    ),
    "MEDIA_LOCKED": Cause(
        "YouTube gives this video's sound to its own players alone: tell the operator, whose guide says what "
        "may help"
    ),
    "COOKIES_INVALID": Cause("The YouTube cookies of this service cannot be read: tell the operator"),
}


class SiteError(JobError):
    causes: ClassVar[Mapping[str, Cause]] = CAUSES

    def __init__(self, code: str, details: str | None = None) -> None:
        cause = self.causes[code]
        super().__init__(
            code,
            cause.message,
            retryable=cause.retry_after is not None,
            details=details,
            retry_after=cause.retry_after,
        )
