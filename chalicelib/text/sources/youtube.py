"""Captions that YouTube has, through youtube-transcript-api. For the worker: importing this takes a while."""

from __future__ import annotations

from dataclasses import dataclass

import requests
import youtube_transcript_api as library

from chalicelib.clock import Clock, now_ms
from chalicelib.sites.breaker import Breaker
from chalicelib.sites.proxies import Way, way
from chalicelib.text.captions.clean import clean
from chalicelib.text.failures import ALLOW_TRANSLATION, TextError, told_by_sites
from chalicelib.text.language import best, choose, tag
from chalicelib.text.sources import youtube_text
from chalicelib.text.sources.source import Wanted
from chalicelib.text.sources.youtube_errors import understood
from chalicelib.text.sources.youtube_session import Player, TimeoutSession, carry, open_session
from chalicelib.text.transcript import Track, Transcript

MAX_LISTED = 60
"""Languages that an error names."""
_MOST_CODE = 35
_MOST_NAME = 200


@dataclass(frozen=True)
class _Pick:
    captions: library.Transcript
    translated_from: str | None = None


class YouTube:
    name = "youtube"

    def __init__(self, clock: Clock = now_ms) -> None:
        self._clock = clock

    def applies(self, wanted: Wanted) -> bool:
        return wanted.target.kind == "video"

    @told_by_sites()
    def fetch(self, wanted: Wanted) -> Transcript:
        chosen = way(wanted.request.use_proxy)
        breaker = Breaker(chosen.name, self._clock)
        breaker.enter()
        try:
            transcript = _read(wanted, chosen)
        except TextError as error:
            breaker.note(error)
            raise
        breaker.passed()
        return transcript


def _read(wanted: Wanted, chosen: Way) -> Transcript:
    def tick() -> None:
        wanted.task.report(5, "fetching_transcript")

    player = Player()
    # half of the time is left for whoever comes after
    with open_session(player, wanted.task.seconds_left() / 2, tick) as session, understood(player):
        api = library.YouTubeTranscriptApi(chosen.proxy, session)
        carry(session, chosen.proxy.retries_when_blocked if chosen.proxy else 0)
        return _transcript(api, session, player, wanted)


def _transcript(
    api: library.YouTubeTranscriptApi, session: TimeoutSession, player: Player, wanted: Wanted
) -> Transcript:
    video_id = str(wanted.target.video_id)
    listed = _listed(api, video_id)
    pick = _pick(listed, player, wanted)
    answer = _ask(session, pick, listed)
    if answer.status_code == 404:
        # the address of the captions has run out: a new list has new ones
        listed = _listed(api, video_id)
        pick = _pick(listed, player, wanted)
        answer = _ask(session, pick, listed)
    return Transcript(
        video=player.video(video_id, wanted.target.url),
        cues=youtube_text.cues(answer),
        language=tag(pick.captions.language_code),
        language_name=_name(pick.captions.language) or None,
        is_generated=pick.captions.is_generated,
        source=YouTube.name,
        translated_from=pick.translated_from,
        available=tuple(listed),
    )


def _listed(api: library.YouTubeTranscriptApi, video_id: str) -> dict[Track, library.Transcript]:
    return {_track(captions): captions for captions in api.list(video_id)}


def _track(captions: library.Transcript) -> Track:
    """Raises TypeError for what is no text, which the library does not look at."""
    return Track(clean(captions.language_code)[:_MOST_CODE], _name(captions.language), captions.is_generated)


def _name(language: str) -> str:
    return clean(language)[:_MOST_NAME]


def _pick(listed: dict[Track, library.Transcript], player: Player, wanted: Wanted) -> _Pick:
    language = wanted.request.language
    shown = next((t for t in listed if (t.language, t.is_generated) == player.default_track), None)
    track = choose(tuple(listed), language, default=shown)
    if track:
        return _Pick(listed[track])
    original = choose(tuple(listed), None, default=shown)
    if language is None or original is None:
        raise TextError("NO_CAPTIONS")
    to = _translation(listed[original], language)
    if not wanted.request.allow_translation:
        advice = ALLOW_TRANSLATION if to else ""
        raise TextError("LANGUAGE_NOT_AVAILABLE", details=_languages(listed), advice=advice)
    if to is None:
        raise TextError("TRANSLATION_NOT_AVAILABLE", details=_languages(listed))
    return _Pick(listed[original].translate(to), tag(original.language))


@dataclass(frozen=True)
class _Translation:
    language: str
    is_generated: bool = True


def _translation(captions: library.Transcript, language: str) -> str | None:
    """YouTube's code for this language, if it translates these captions into it."""
    known = [_Translation(row.language_code) for row in captions.translation_languages]
    found = best(known, language)
    return found.language if found else None


def _ask(session: TimeoutSession, pick: _Pick, listed: dict[Track, library.Transcript]) -> requests.Response:
    try:
        answer = youtube_text.ask(session, pick.captions)
    except requests.exceptions.RetryError as error:
        if pick.translated_from is None:
            raise
        raise _not_translated(listed) from error
    if answer.status_code == 429 and pick.translated_from:
        raise _not_translated(listed)
    return answer


def _not_translated(listed: dict[Track, library.Transcript]) -> TextError:
    """YouTube has just answered twice: it refuses the translation, not this address."""
    return TextError("TRANSLATION_NOT_AVAILABLE", details=_languages(listed))


def _languages(listed: dict[Track, library.Transcript]) -> str:
    return ", ".join(dict.fromkeys(track.language for track in list(listed)[:MAX_LISTED]))
