"""The twelve traps of youtube-transcript-api, each with the test that keeps us out of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import chalicelib
from chalicelib.text.failures import TextError
from chalicelib.text.sources.youtube import YouTube as YouTubeSource
from chalicelib.text.transcript import Track, Transcript
from tests.conftest import Cloud
from tests.stand_ins import youtube_videos as scene
from tests.stand_ins.tls_proxy import TlsProxy
from tests.stand_ins.youtube import Site, YouTube
from tests.stand_ins.youtube_videos import Video
from tests.text.wanted import VIDEO_ID, wanted


def fetch(**request: Any) -> Transcript:
    return YouTubeSource().fetch(wanted(**request))


def error_of(**request: Any) -> TextError:
    with pytest.raises(TextError) as raised:
        fetch(**request)
    return raised.value


@pytest.mark.parametrize("step", ["watch", "player", "timedtext"])
def test_trap_1_a_call_without_a_timeout(
    youtube: YouTube, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setenv("BATCHREEL_YOUTUBE_TIMEOUT", "0.3")
    youtube.videos[VIDEO_ID] = Video(always={step: scene.SLOW})
    assert error_of().code == "YOUTUBE_TIMEOUT"


def test_trap_2_english_alone_and_regions_taken_for_languages(youtube: YouTube) -> None:
    youtube.videos[VIDEO_ID] = Video(tracks=(scene.Track("de", "German"),))
    assert fetch().language == "de"
    youtube.videos[VIDEO_ID] = Video(tracks=(scene.Track("en-US", "English (United States)"),))
    assert fetch(language="en").language == "en-US"


def test_trap_3_two_tracks_of_one_language_are_one(youtube: YouTube) -> None:
    first = scene.Track("en", "English", cues=((0.0, 1.0, "first"),))
    last = scene.Track("en", "English - for the deaf", cues=((0.0, 1.0, "last"),))
    youtube.videos[VIDEO_ID] = Video(tracks=(first, last))
    made = fetch(language="en")
    assert made.available == (Track("en", "English - for the deaf", is_generated=False),)
    assert [cue.text for cue in made.cues] == ["last"]


def test_trap_4_everything_is_unplayable(youtube: YouTube) -> None:
    codes = []
    for video in (scene.PRIVATE, scene.MEMBERS, scene.GEO, scene.REMOVED, scene.UPCOMING, scene.AGE_CONFIRM):
        youtube.videos[VIDEO_ID] = video
        codes.append(error_of().code)
    assert "VIDEO_UNPLAYABLE" not in codes
    assert len(set(codes)) == len(codes)
    assert youtube.log[0].headers["accept-language"] == "en-US"


ODD_RENDERERS: tuple[Any, ...] = ([], {"captionTracks": None}, {"captionTracks": [None]})
ODD_PLAYERS: tuple[Any, ...] = (
    None,
    [],
    "text",
    7,
    {},
    {"playabilityStatus": None},
    {"playabilityStatus": []},
    {"playabilityStatus": {"status": "X", "reason": 5}},
    {"playabilityStatus": {"status": "X", "errorScreen": None}},
    {"playabilityStatus": {"status": "OK"}, "captions": None},
    {"playabilityStatus": {"status": "OK"}, "captions": []},
    *(
        {"playabilityStatus": {"status": "OK"}, "captions": {"playerCaptionsTracklistRenderer": renderer}}
        for renderer in ODD_RENDERERS
    ),
)
ODD_TEXTS = (
    b"",
    b"<html>Sorry</html>",
    b"<transcript>",
    b"\x00\xff",
    b"<transcript><text>no time</text></transcript>",
    b'<transcript><text start="x">no number</text></transcript>',
    b'<transcript><text start="1e999">for ever</text></transcript>',
    b'{"events": []}',
)


@pytest.mark.parametrize("odd", ODD_PLAYERS, ids=str)
def test_trap_5_raw_exceptions_from_an_odd_player(youtube: YouTube, odd: object) -> None:
    youtube.videos[VIDEO_ID] = Video(always={"player": scene.json_page(odd)})
    assert error_of().code in {"YOUTUBE_CHANGED", "VIDEO_UNPLAYABLE", "NO_CAPTIONS"}


@pytest.mark.parametrize("odd", ODD_TEXTS, ids=repr)
def test_trap_5_raw_exceptions_from_odd_timed_text(youtube: YouTube, odd: bytes) -> None:
    youtube.videos[VIDEO_ID] = Video(always={"timedtext": scene.Page(body=odd)})
    assert error_of().code in {"CAPTIONS_EMPTY", "YOUTUBE_CHANGED"}


def test_trap_6_another_mark_of_captions_that_need_a_token(youtube: YouTube) -> None:
    youtube.videos[VIDEO_ID] = Video(tracks=(scene.Track(exp="xpv"),))
    assert error_of().code == "CAPTIONS_LOCKED"


def test_trap_7_a_refused_translation_taken_for_a_block(youtube: YouTube) -> None:
    youtube.videos[VIDEO_ID] = Video(always={"tlang": scene.failing(429)})
    assert error_of(language="fr", allow_translation=True).code == "TRANSLATION_NOT_AVAILABLE"
    assert fetch().cues


def test_trap_8_a_generic_proxy_never_tries_again(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = scene.json_page(scene.player_answer(VIDEO_ID, scene.BLOCKED))
    with TlsProxy(Site({VIDEO_ID: Video(first={"player": (blocked,)})})) as proxy:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(proxy.ca))
        monkeypatch.setenv("BATCHREEL_YOUTUBE_PROXY", proxy.address())
        assert fetch().cues


def test_trap_8_its_adapters_replace_those_with_limits(
    youtube: YouTube, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a proxy configured the library mounts its own; the stand-in is reached only through ours."""
    monkeypatch.setenv("BATCHREEL_YOUTUBE_PROXY", "http://127.0.0.1:1")
    youtube.videos[VIDEO_ID] = Video()
    assert fetch().cues


def test_trap_9_the_environments_certificates_count_and_its_proxies_do_not(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TlsProxy(Site({VIDEO_ID: Video()})) as proxy:
        monkeypatch.setenv("BATCHREEL_YOUTUBE_PROXY", proxy.address())
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
        assert error_of().code == "YOUTUBE_UNREACHABLE"  # whoever it is, it is not YouTube
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(proxy.ca))
        assert fetch().cues


def test_trap_10_its_formatters_break_files() -> None:
    for path in Path(str(chalicelib.__file__)).parent.rglob("*.py"):
        assert "formatters" not in path.read_text(), path


def test_trap_11_its_messages_are_pages_of_advice(youtube: YouTube) -> None:
    for video in (scene.NO_CAPTIONS, scene.BLOCKED, scene.UNAVAILABLE, Video(consent="stuck"), scene.AGE):
        youtube.videos[VIDEO_ID] = video
        error = error_of()
        told = f"{error} {error.message} {error.details}"
        assert not re.search(r"https?://|github|webshare|cookie|\n", told, re.IGNORECASE)
        assert len(told) < 600


def test_trap_12_it_cannot_log_in(youtube: YouTube) -> None:
    youtube.videos[VIDEO_ID] = scene.AGE
    error = error_of()
    assert (error.code, error.retryable, error.helps) == ("AGE_RESTRICTED", False, frozenset())
    assert not any("cookie" in call.headers for call in youtube.log)
