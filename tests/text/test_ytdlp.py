"""yt-dlp itself against a stand-in for YouTube."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from chalicelib import vault
from chalicelib.text.failures import OTHER_CAPTIONS, TextError
from chalicelib.text.request import TextRequest
from chalicelib.text.sources.source import Wanted
from chalicelib.text.sources.ytdlp import YtDlp
from chalicelib.text.transcript import Chapter, Track
from chalicelib.text.urls import parse
from tests.conftest import Cloud
from tests.stand_ins import youtube_videos as shown
from tests.stand_ins.tls_proxy import TlsProxy
from tests.stand_ins.youtube import Site, YouTube
from tests.stand_ins.youtube_videos import Page, Video, failing
from tests.text.tasks import QuietTask

ID = "dQw4w9WgXcQ"
HEARD = shown.Track("en", "English (auto-generated)", generated=True)
GERMAN = shown.Track("de", "German", ((0.0, 2.0, "Guten Tag."),))
CHAPTERS = "About this\n0:00 Beginning\n0:20 Middle\n0:40 End"


@pytest.fixture
def youtube(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[YouTube]:
    vault.forget()
    with YouTube() as running:
        monkeypatch.setenv("BATCHREEL_YOUTUBE_BASE_URL", running.base)
        yield running


def wanted(**wish: object) -> Wanted:
    request = TextRequest.from_json({"url": f"https://www.youtube.com/watch?v={ID}", **wish})
    return Wanted(request, parse(request.url), QuietTask())


def failure(youtube: YouTube, video: Video, **wish: object) -> TextError:
    youtube.videos[ID] = video
    with pytest.raises(TextError) as failed:
        YtDlp().fetch(wanted(**wish))
    return failed.value


def test_it_applies_to_youtube_s_videos_and_to_sites_that_it_knows(cloud: Cloud) -> None:
    def applies(url: str) -> bool:
        return YtDlp().applies(Wanted(TextRequest(url=url), parse(url), QuietTask()))

    assert applies(f"https://youtu.be/{ID}")
    assert applies("https://vimeo.com/76979871")
    assert applies("https://framatube.org/w/3fbif9S3WmtTP8gGsC5HBd")
    assert not applies("https://example.com/film.mp4")
    assert not applies("https://example.com/watch")
    assert not applies(f"https://www.youtube.com/playlist?list=PL{'x' * 32}")


def test_a_transcript_has_the_words_and_what_is_known_of_the_video(youtube: YouTube) -> None:
    youtube.videos[ID] = Video(tracks=(shown.Track(), HEARD, GERMAN), description=CHAPTERS)
    got = YtDlp().fetch(wanted())
    assert [(cue.start, cue.duration, cue.text) for cue in got.cues] == [
        (0.0, 1.5, "Hello there."),
        (1.5, 2.0, "This is a test."),
    ]
    assert (got.source, got.language, got.language_name, got.is_generated) == (
        "yt-dlp",
        "en",
        "English",
        False,
    )
    assert got.available == (
        Track("en", "English", False),
        Track("de", "German", False),
        Track("en", "English", True),
    )
    assert (got.video.url, got.video.video_id) == (f"https://www.youtube.com/watch?v={ID}", ID)
    assert (got.video.title, got.video.duration) == ("A stand-in video", 60.0)
    assert got.video.thumbnail is not None
    assert got.video.thumbnail.startswith("https://i.ytimg.com/")
    assert got.video.chapters == (Chapter(0, "Beginning"), Chapter(20, "Middle"), Chapter(40, "End"))


def test_json3_is_asked_for_since_its_lines_do_not_roll(youtube: YouTube) -> None:
    youtube.videos[ID] = Video()
    YtDlp().fetch(wanted())
    assert [call.query["fmt"] for call in youtube.log if call.route == "/api/timedtext"] == ["json3"]


def test_the_language_that_is_spoken_is_the_default(youtube: YouTube) -> None:
    youtube.videos[ID] = Video(tracks=(GERMAN, HEARD))
    got = YtDlp().fetch(wanted())
    assert (got.language, got.is_generated) == ("en", True)


def test_the_language_asked_for_is_taken(youtube: YouTube) -> None:
    youtube.videos[ID] = Video(tracks=(HEARD, GERMAN))
    assert YtDlp().fetch(wanted(language="de-AT")).cues[0].text == "Guten Tag."


def test_a_language_that_is_not_there_lists_those_that_are(youtube: YouTube) -> None:
    error = failure(youtube, Video(tracks=(GERMAN, HEARD)), language="fr")
    assert (error.code, error.details) == ("LANGUAGE_NOT_AVAILABLE", "de, en")
    assert "allow_translation" in error.message


def test_only_what_the_machine_heard_is_translated_and_nothing_else_advised(youtube: YouTube) -> None:
    for wish in ({}, {"allow_translation": True}):
        error = failure(youtube, Video(tracks=(GERMAN,)), language="fr", **wish)
        assert (error.code, error.details) == ("LANGUAGE_NOT_AVAILABLE", "de")
        assert "allow_translation" not in error.message


def test_a_translation_is_made_only_when_it_is_allowed_and_says_what_it_is(youtube: YouTube) -> None:
    youtube.videos[ID] = Video(tracks=(HEARD,))
    got = YtDlp().fetch(wanted(language="fr", allow_translation=True))
    assert (got.language, got.translated_from, got.is_generated) == ("fr", "en", True)
    assert got.cues[0].text == "[fr] Hello there."
    assert got.available == (Track("en", "English", True),)


@pytest.mark.parametrize(
    ("video", "code"),
    [
        (shown.BLOCKED, "YOUTUBE_BLOCKED"),
        (shown.UNAVAILABLE, "VIDEO_UNAVAILABLE"),
        (shown.REMOVED, "VIDEO_UNAVAILABLE"),
        (shown.AGE, "AGE_RESTRICTED"),
        (shown.AGE_CONFIRM, "AGE_RESTRICTED"),
        (shown.PRIVATE, "VIDEO_PRIVATE"),
        (shown.MEMBERS, "MEMBERS_ONLY"),
        (shown.GEO, "GEO_BLOCKED"),
        (shown.UPCOMING, "NOT_YET_AVAILABLE"),
        (shown.PREMIERE, "NOT_YET_AVAILABLE"),
        (shown.LIVE, "NOT_YET_AVAILABLE"),
        (shown.NO_CAPTIONS, "NO_CAPTIONS"),
        (Video(status="UNPLAYABLE", reason="The moon is wrong"), "VIDEO_UNPLAYABLE"),
        (Video(tracks=(shown.Track(exp="xpe"),)), "CAPTIONS_LOCKED"),
        (Video(tracks=(shown.Track(exp="xpv"),)), "CAPTIONS_LOCKED"),
        (Video(always={"player": failing(429)}), "YOUTUBE_BLOCKED"),
        (Video(always={"player": failing(403)}), "YOUTUBE_BLOCKED"),
        (Video(always={"player": failing(500)}), "YOUTUBE_UNREACHABLE"),
        (Video(always={"player": shown.NOT_JSON}), "YOUTUBE_CHANGED"),
        (Video(always={"timedtext": failing(429)}), "YOUTUBE_BLOCKED"),
        (Video(always={"timedtext": failing(404)}), "CAPTIONS_EMPTY"),
        (Video(always={"timedtext": shown.EMPTY}), "CAPTIONS_EMPTY"),
        (Video(always={"timedtext": shown.CAPTCHA}), "YOUTUBE_CHANGED"),
        (Video(always={"timedtext": Page(body=b" " * 10_000_001)}), "CAPTIONS_TOO_LARGE"),
    ],
)
def test_each_cause_has_its_code(youtube: YouTube, video: Video, code: str) -> None:
    assert failure(youtube, video).code == code


def test_details_hold_youtube_s_reason_and_no_advice_for_programmers(youtube: YouTube) -> None:
    error = failure(youtube, shown.BLOCKED)
    assert error.details == "Sign in to confirm you’re not a bot. This helps protect our community"


def test_a_watch_page_that_fails_is_no_obstacle(youtube: YouTube) -> None:
    youtube.videos[ID] = Video(always={"watch": failing(429)})
    assert YtDlp().fetch(wanted()).cues


def test_silence_is_a_timeout(youtube: YouTube, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_SOURCE_TIMEOUT", "0.2")
    error = failure(youtube, Video(always={"player": shown.SLOW}))
    assert error.code == "YOUTUBE_TIMEOUT"
    assert OTHER_CAPTIONS in error.helps


def test_a_way_that_is_blocked_is_left_alone(youtube: YouTube, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_BREAKER_FAILURES", "2")
    for _ in range(2):
        assert failure(youtube, shown.BLOCKED).code == "YOUTUBE_BLOCKED"
    youtube.log.clear()
    assert failure(youtube, shown.BLOCKED).code == "YOUTUBE_BLOCKED"
    assert youtube.log == []


def test_a_file_with_the_sound_is_found_for_recognisers(youtube: YouTube) -> None:
    youtube.videos[ID] = Video(tracks=(), media=b"\0" * 64)
    assert YtDlp().media(wanted())[0] == (
        f"https://www.youtube.com/videoplayback?id={ID}&itag=140&mime=audio%2Fmp4"
    )


def test_without_a_file_there_is_nothing_to_recognise(youtube: YouTube) -> None:
    youtube.videos[ID] = Video(tracks=())
    with pytest.raises(TextError) as failed:
        YtDlp().media(wanted())
    assert failed.value.code == "SITE_NOT_SUPPORTED"


def test_the_operator_s_proxy_carries_every_request(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unmodified yt-dlp, with TLS, over CONNECT."""
    vault.forget()
    with TlsProxy(Site({ID: Video()})) as proxy:
        monkeypatch.setattr("certifi.where", lambda: str(proxy.ca))
        monkeypatch.setenv("BATCHREEL_YOUTUBE_PROXY", proxy.address("somebody", "secret"))
        assert YtDlp().fetch(wanted()).cues
        assert set(proxy.connects) == {("www.youtube.com:443", "somebody:secret")}
        assert proxy.site.routes() == ["/watch", "/youtubei/v1/player", "/api/timedtext"]


def test_a_proxy_that_refuses_is_the_proxy_s_failure(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.forget()
    with TlsProxy(Site({ID: Video()})) as proxy:
        proxy.refuse = 407
        monkeypatch.setattr("certifi.where", lambda: str(proxy.ca))
        monkeypatch.setenv("BATCHREEL_YOUTUBE_PROXY", proxy.address("somebody", "wrong"))
        with pytest.raises(TextError) as failed:
            YtDlp().fetch(wanted())
    assert failed.value.code == "PROXY_FAILED"
    assert "wrong" not in repr(failed.value) + str(failed.value.details)


def test_a_proxy_that_is_asked_for_and_not_there_is_not_gone_around(youtube: YouTube) -> None:
    youtube.videos[ID] = Video()
    with pytest.raises(TextError) as failed:
        YtDlp().fetch(wanted(use_proxy=True))
    assert failed.value.code == "PROXY_NOT_CONFIGURED"
    assert youtube.log == []


def test_with_a_stand_in_nothing_else_is_connected_to(
    youtube: YouTube, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[object] = []
    look_up = socket.getaddrinfo

    def noting(host: object, *more: object, **options: object) -> object:
        names.append(host)
        return look_up(host, *more, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", noting)
    youtube.videos[ID] = Video()
    YtDlp().fetch(wanted())
    assert set(names) == {"127.0.0.1"}
