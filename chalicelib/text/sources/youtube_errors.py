"""Whatever youtube-transcript-api raises, as a TextError. Its own messages are pages of advice for
programmers and are shown to nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import requests
import youtube_transcript_api as library

from chalicelib.sites.reasons import code_of
from chalicelib.text.captions.clean import clean
from chalicelib.text.failures import TextError
from chalicelib.text.sources.youtube_session import Player

MAX_REASON: Final = 200

_BY_TYPE: Final[tuple[tuple[type[Exception], str], ...]] = (
    # the first that fits counts: subclasses stand before what they derive from
    (library.NoTranscriptFound, "LANGUAGE_NOT_AVAILABLE"),
    (library.RequestBlocked, "YOUTUBE_BLOCKED"),
    (library.AgeRestricted, "AGE_RESTRICTED"),
    (library.VideoUnavailable, "VIDEO_UNAVAILABLE"),
    (library.InvalidVideoId, "INVALID_URL"),
    (library.NotTranslatable, "TRANSLATION_NOT_AVAILABLE"),
    (library.TranslationLanguageNotAvailable, "TRANSLATION_NOT_AVAILABLE"),
    (library.PoTokenRequired, "CAPTIONS_LOCKED"),
    (library.FailedToCreateConsentCookie, "YOUTUBE_CONSENT"),
    (library.YouTubeDataUnparsable, "YOUTUBE_CHANGED"),
    (library.YouTubeTranscriptApiException, "YOUTUBE_CHANGED"),
    (requests.exceptions.ProxyError, "PROXY_FAILED"),
    (requests.exceptions.RetryError, "YOUTUBE_BLOCKED"),
    (requests.exceptions.Timeout, "YOUTUBE_TIMEOUT"),
    (requests.exceptions.JSONDecodeError, "YOUTUBE_CHANGED"),
    (requests.exceptions.RequestException, "YOUTUBE_UNREACHABLE"),
    # the library takes answers apart without looking
    (LookupError, "YOUTUBE_CHANGED"),
    (AttributeError, "YOUTUBE_CHANGED"),
    (TypeError, "YOUTUBE_CHANGED"),
    (ValueError, "YOUTUBE_CHANGED"),
    (OverflowError, "YOUTUBE_CHANGED"),
    (RecursionError, "YOUTUBE_CHANGED"),
)


@contextmanager
def understood(player: Player) -> Iterator[None]:
    """Raises TextError for all that the library lets out."""
    try:
        yield
    except TextError:
        raise
    except library.TranscriptsDisabled as error:
        raise TextError("NOT_YET_AVAILABLE" if player.is_live else "NO_CAPTIONS") from error
    except library.VideoUnplayable as error:
        raise _unplayable(error) from error
    except library.YouTubeRequestFailed as error:
        raise refused(_status_of(error)) from error
    except tuple(kind for kind, _ in _BY_TYPE) as error:
        code = next(code for kind, code in _BY_TYPE if isinstance(error, kind))
        details = type(error).__name__ if code == "YOUTUBE_CHANGED" else None
        raise TextError(code, details=details) from error


def refused(status: int) -> TextError:
    """What an HTTP status other than 200 means; 0 if it is not known."""
    if status in (403, 429):
        return TextError("YOUTUBE_BLOCKED", details=f"HTTP {status}")
    passes = status >= 500 or status in (0, 408)
    return TextError("YOUTUBE_UNREACHABLE" if passes else "YOUTUBE_CHANGED", details=f"HTTP {status}")


def _status_of(error: library.YouTubeRequestFailed) -> int:
    number = re.match(r"\d{3}", error.reason)
    return int(number.group()) if number else 0


def _unplayable(error: library.VideoUnplayable) -> TextError:
    said = " ".join(text for text in (error.reason, *error.sub_reasons) if isinstance(text, str))
    reason = clean(said)[:MAX_REASON]
    return TextError(code_of(reason) or "VIDEO_UNPLAYABLE", details=reason or None)
