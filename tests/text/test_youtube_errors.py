"""Each way in which YouTube or its library fails has its own code, through the real library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import youtube_transcript_api as library

from chalicelib.text.failures import CAUSES, OTHER_CAPTIONS, SPEECH, TextError
from chalicelib.text.sources.youtube import YouTube as YouTubeSource
from chalicelib.text.sources.youtube_errors import understood
from chalicelib.text.sources.youtube_session import Player, carry, open_session
from tests.stand_ins import youtube_videos as scene
from tests.stand_ins.youtube import YouTube
from tests.stand_ins.youtube_videos import Video, failing
from tests.text.wanted import VIDEO_ID, wanted

GERMAN = (scene.Track("de", "German"),)


def error_of(youtube: YouTube, video: Video | None, **request: Any) -> TextError:
    if video:
        youtube.videos[VIDEO_ID] = video
    with pytest.raises(TextError) as raised:
        YouTubeSource().fetch(wanted(**request))
    return raised.value


def answering(**pages: scene.Page) -> Video:
    return Video(always=pages)


def unplayable(reason: str, *subreasons: str) -> Video:
    return Video(status="UNPLAYABLE", reason=reason, subreasons=subreasons)


ROWS: dict[str, tuple[Video | None, str]] = {
    "disabled": (scene.NO_CAPTIONS, "NO_CAPTIONS"),
    "live": (scene.LIVE, "NOT_YET_AVAILABLE"),
    "live in the past": (Video(tracks=(), was_live=True), "NO_CAPTIONS"),
    "bot": (scene.BLOCKED, "YOUTUBE_BLOCKED"),
    "bot in other words": (unplayable("Sign in to confirm that you're not a bot."), "YOUTUBE_BLOCKED"),
    "rate limit in words": (
        unplayable("Video unavailable", "This content isn't available, try again later."),
        "YOUTUBE_BLOCKED",
    ),
    "captcha": (answering(watch=scene.CAPTCHA), "YOUTUBE_BLOCKED"),
    "watch 429": (answering(watch=failing(429)), "YOUTUBE_BLOCKED"),
    "player 429": (answering(player=failing(429)), "YOUTUBE_BLOCKED"),
    "timedtext 429": (answering(timedtext=failing(429)), "YOUTUBE_BLOCKED"),
    "watch 403": (answering(watch=failing(403)), "YOUTUBE_BLOCKED"),
    "player 403": (answering(player=failing(403)), "YOUTUBE_BLOCKED"),
    "timedtext 403": (answering(timedtext=failing(403)), "YOUTUBE_BLOCKED"),
    "age": (scene.AGE, "AGE_RESTRICTED"),
    "age to confirm": (scene.AGE_CONFIRM, "AGE_RESTRICTED"),
    "unavailable": (scene.UNAVAILABLE, "VIDEO_UNAVAILABLE"),
    "unknown": (None, "VIDEO_UNAVAILABLE"),
    "removed": (scene.REMOVED, "VIDEO_UNAVAILABLE"),
    "terminated": (
        unplayable("This video is no longer available because the account has been terminated."),
        "VIDEO_UNAVAILABLE",
    ),
    "copyright": (
        unplayable("Video unavailable", "X has blocked it on copyright grounds"),
        "VIDEO_UNAVAILABLE",
    ),
    "private": (scene.PRIVATE, "VIDEO_PRIVATE"),
    "private in other words": (unplayable("Private video. Sign in if you have access"), "VIDEO_PRIVATE"),
    "members": (scene.MEMBERS, "MEMBERS_ONLY"),
    "geo": (scene.GEO, "GEO_BLOCKED"),
    "upcoming": (scene.UPCOMING, "NOT_YET_AVAILABLE"),
    "premiere": (scene.PREMIERE, "NOT_YET_AVAILABLE"),
    "anything else": (unplayable("Something new"), "VIDEO_UNPLAYABLE"),
    "no reason": (Video(status="UNPLAYABLE"), "VIDEO_UNPLAYABLE"),
    "xpe": (Video(tracks=(scene.Track(exp="xpe"),)), "CAPTIONS_LOCKED"),
    "xpv": (Video(tracks=(scene.Track(exp="xpv"),)), "CAPTIONS_LOCKED"),
    "empty": (answering(timedtext=scene.EMPTY), "CAPTIONS_EMPTY"),
    "no cues": (Video(tracks=(scene.Track(cues=()),)), "CAPTIONS_EMPTY"),
    "watch 500": (answering(watch=failing(500)), "YOUTUBE_UNREACHABLE"),
    "player 503": (answering(player=failing(503)), "YOUTUBE_UNREACHABLE"),
    "timedtext 502": (answering(timedtext=failing(502)), "YOUTUBE_UNREACHABLE"),
    "watch 408": (answering(watch=failing(408)), "YOUTUBE_UNREACHABLE"),
    "broken redirect": (
        answering(watch=failing(302, {"Location": "https://www.youtube.com/watch?v=" + VIDEO_ID})),
        "YOUTUBE_UNREACHABLE",
    ),
    "consent for ever": (Video(consent="stuck"), "YOUTUBE_CONSENT"),
    "consent without value": (Video(consent="broken"), "YOUTUBE_CONSENT"),
    "no key": (answering(watch=scene.NOT_JSON), "YOUTUBE_CHANGED"),
    "no JSON": (answering(player=scene.NOT_JSON), "YOUTUBE_CHANGED"),
    "JSON list": (answering(player=scene.json_page([1])), "YOUTUBE_CHANGED"),
    "no status": (answering(player=scene.json_page({})), "YOUTUBE_CHANGED"),
    "player 400": (answering(player=failing(400)), "YOUTUBE_CHANGED"),
    "timedtext 404": (answering(timedtext=failing(404)), "YOUTUBE_CHANGED"),
    "times in words": (
        answering(timedtext=scene.Page(body=b'<transcript><text start="soon">x</text></transcript>')),
        "YOUTUBE_CHANGED",
    ),
    "tracks without names": (
        answering(
            player=scene.json_page(
                {
                    "playabilityStatus": {"status": "OK"},
                    "captions": {"playerCaptionsTracklistRenderer": {"captionTracks": [{}]}},
                }
            )
        ),
        "YOUTUBE_CHANGED",
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_each_failure_has_its_code(youtube: YouTube, row: str) -> None:
    video, code = ROWS[row]
    error = error_of(youtube, video)
    assert error.code == code
    assert error.message == CAUSES[code].message
    assert error.retryable == (CAUSES[code].retry_after is not None)


def test_an_ip_block_is_never_no_captions(youtube: YouTube, monkeypatch: pytest.MonkeyPatch) -> None:
    """What users of other services complain of most: a blocked address shown as a video without captions."""
    monkeypatch.setenv("BATCHREEL_BREAKER_FAILURES", "1000")
    for video, code in ROWS.values():
        if code == "YOUTUBE_BLOCKED":
            error = error_of(youtube, video)
            assert error.code != "NO_CAPTIONS"
            assert error.retryable
            assert error.helps == {OTHER_CAPTIONS}


def test_only_missing_captions_call_for_a_recogniser() -> None:
    codes = {code for _, code in ROWS.values()}
    assert {code for code in codes if SPEECH in CAUSES[code].helps} == {
        "NO_CAPTIONS",
        "CAPTIONS_LOCKED",
        "CAPTIONS_EMPTY",
    }


def test_a_youtube_that_does_not_answer_is_a_timeout(
    youtube: YouTube, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATCHREEL_YOUTUBE_TIMEOUT", "0.2")
    assert error_of(youtube, answering(player=scene.SLOW)).code == "YOUTUBE_TIMEOUT"


def test_a_youtube_that_is_not_there_is_unreachable(youtube: YouTube) -> None:
    youtube.stop()
    assert error_of(youtube, None).code == "YOUTUBE_UNREACHABLE"


def test_a_refused_translation_is_no_block(youtube: YouTube) -> None:
    video = Video(tracks=GERMAN, always={"tlang": failing(429)})
    error = error_of(youtube, video, language="fr", allow_translation=True)
    assert (error.code, error.details) == ("TRANSLATION_NOT_AVAILABLE", "de")


@pytest.mark.parametrize("tracks", [GERMAN, (scene.Track("de", "German", translatable=False),)])
def test_what_youtube_does_not_translate_names_what_is_there(
    youtube: YouTube, tracks: tuple[scene.Track, ...]
) -> None:
    language = "ja" if tracks is GERMAN else "en"
    error = error_of(youtube, Video(tracks=tracks), language=language, allow_translation=True)
    assert (error.code, error.details) == ("TRANSLATION_NOT_AVAILABLE", "de")
    assert "/api/timedtext" not in youtube.routes()


Call = Callable[[library.YouTubeTranscriptApi], object]
ASKED_OF_THE_LIBRARY: dict[str, tuple[Call, str]] = {
    "no such language": (lambda api: api.fetch(VIDEO_ID, ["fr"]), "LANGUAGE_NOT_AVAILABLE"),
    "a URL for an id": (lambda api: api.fetch("https://youtu.be/x"), "INVALID_URL"),
    "no such translation": (
        lambda api: next(iter(api.list(VIDEO_ID))).translate("xx"),
        "TRANSLATION_NOT_AVAILABLE",
    ),
    "no translation at all": (
        lambda api: next(iter(api.list(VIDEO_ID))).translate("en").translate("de"),
        "TRANSLATION_NOT_AVAILABLE",
    ),
}


@pytest.mark.parametrize("row", ASKED_OF_THE_LIBRARY)
def test_what_this_source_never_asks_has_its_code_too(youtube: YouTube, row: str) -> None:
    call, code = ASKED_OF_THE_LIBRARY[row]
    youtube.videos[VIDEO_ID] = Video()
    player = Player()
    with open_session(player, 60) as session:
        api = library.YouTubeTranscriptApi(http_client=session)
        carry(session, 0)
        with pytest.raises(TextError) as raised, understood(player):
            call(api)
    assert raised.value.code == code


def test_an_error_of_our_own_stays_what_it_is() -> None:
    with pytest.raises(ZeroDivisionError), understood(Player()):
        raise ZeroDivisionError
    with pytest.raises(TextError, match="proxy"), understood(Player()):
        raise TextError("PROXY_NOT_CONFIGURED")


def test_the_reason_that_youtube_gives_is_told_but_not_at_length(youtube: YouTube) -> None:
    error = error_of(youtube, unplayable("Something\nnew " + "x" * 1000))
    assert error.details is not None
    assert error.details.startswith("Something new x")
    assert len(error.details) == 200
