"""The captions of one track. Not through the library's own fetch(): it drops all text between a `<` and the
next `>`, and takes minutes for captions full of `<`."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import requests
import youtube_transcript_api as library

from chalicelib.text.captions import TIMED_TEXT, NoCues, parse
from chalicelib.text.failures import TextError
from chalicelib.text.sources.youtube_errors import refused
from chalicelib.text.transcript import Cue


def ask(session: requests.Session, captions: library.Transcript) -> requests.Response:
    """Raises TextError CAPTIONS_LOCKED, and what the session raises."""
    url = captions._url
    if _for_players_only(url):
        raise TextError("CAPTIONS_LOCKED")
    return session.get(url)


def cues(answer: requests.Response) -> tuple[Cue, ...]:
    """Raises TextError."""
    if answer.status_code != 200:
        raise refused(answer.status_code)
    try:
        return parse(answer.content, TIMED_TEXT).cues
    except NoCues as error:
        raise TextError("CAPTIONS_EMPTY") from error
    except TextError as error:
        if error.code != "CAPTIONS_INVALID":
            raise
        # the caller has sent no captions that could be mended
        raise TextError("YOUTUBE_CHANGED", details=error.details) from error


def _for_players_only(url: str) -> bool:
    """`exp=xpe` and `exp=xpv` need a PO token; the library looks for the first alone."""
    return bool({"xpe", "xpv"} & set(parse_qs(urlsplit(url).query).get("exp", [])))
