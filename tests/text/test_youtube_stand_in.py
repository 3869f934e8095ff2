"""The stand-in speaks as YouTube did when the library's authors recorded it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import youtube_transcript_api

from chalicelib.text.failures import TextError
from chalicelib.text.sources.youtube import YouTube as YouTubeSource
from tests.stand_ins import youtube_videos as scene
from tests.stand_ins.youtube import YouTube
from tests.stand_ins.youtube_videos import Page, Video
from tests.text.wanted import VIDEO_ID, wanted

ASSETS = Path(youtube_transcript_api.__file__).parent / "test" / "assets"
SUFFIX = ".static"
TWO_TRACKS = Video(
    tracks=(scene.Track(), scene.Track("en", "English (auto-generated)", generated=True)), default_track=0
)
ANSWERS = {
    "youtube.innertube.json": TWO_TRACKS,
    "youtube_ww1_nl_en.innertube.json": TWO_TRACKS,
    "youtube_altered_user_agent.innertube.json": TWO_TRACKS,
    "youtube_po_token_required.innertube.json": TWO_TRACKS,
    "youtube_age_restricted.innertube.json": scene.AGE,
    "youtube_request_blocked.innertube.json": scene.BLOCKED,
    "youtube_transcripts_disabled.innertube.json": scene.NO_CAPTIONS,
    "youtube_transcripts_disabled2.innertube.json": Video(tracks=(), was_live=True),
    "youtube_unplayable.innertube.json": Video(
        status="CUSTOM", reason="Custom Reason", subreasons=("a", "b")
    ),
    "youtube_video_unavailable.innertube.json": scene.UNAVAILABLE,
}
PAGES = {
    "youtube.html": "watch",
    "youtube_consent_page.html": "watch",
    "youtube_consent_page_invalid.html": "watch",
    "youtube_too_many_requests.html": "watch",
    "transcript.xml": "timedtext",
}
NO_DETAILS = frozenset(
    {
        "youtube_request_blocked.innertube.json",
        "youtube_unplayable.innertube.json",
        "youtube_video_unavailable.innertube.json",
    }
)
"""YouTube tells nothing of these videos; the stand-in tells its title, which does no harm."""
_LIST = "captions.playerCaptionsTracklistRenderer"
UNREAD = frozenset(
    {
        f"{_LIST}.audioTracks[].hasDefaultTrack:bool",
        f"{_LIST}.audioTracks[].captionsInitialState:str",
        f"{_LIST}.defaultTranslationSourceTrackIndices[]:int",
        f"{_LIST}.translationLanguages[].translationSourceTrackIndices[]:int",
    }
)
"""Of captions, what only some answers have and nobody reads."""
EXPECTED = {
    "youtube.innertube.json": None,
    "youtube_ww1_nl_en.innertube.json": None,
    "youtube_altered_user_agent.innertube.json": None,
    "youtube_po_token_required.innertube.json": "CAPTIONS_LOCKED",
    "youtube_age_restricted.innertube.json": "AGE_RESTRICTED",
    "youtube_request_blocked.innertube.json": "YOUTUBE_BLOCKED",
    "youtube_transcripts_disabled.innertube.json": "NO_CAPTIONS",
    "youtube_transcripts_disabled2.innertube.json": "NO_CAPTIONS",
    "youtube_unplayable.innertube.json": "VIDEO_UNPLAYABLE",
    "youtube_video_unavailable.innertube.json": "VIDEO_UNAVAILABLE",
    "youtube.html": None,
    "youtube_consent_page.html": "YOUTUBE_CONSENT",
    "youtube_consent_page_invalid.html": "YOUTUBE_CONSENT",
    "youtube_too_many_requests.html": "YOUTUBE_BLOCKED",
    "transcript.xml": None,
}


def recorded(name: str) -> bytes:
    return (ASSETS / (name + SUFFIX)).read_bytes()


def paths(value: Any, at: str = "") -> Iterator[str]:
    """Each path with the type that stands at its end: `.captions[].name:str`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from paths(inner, f"{at}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, f"{at}[]")
    else:
        yield f"{at}:{type(value).__name__}"


def parts(answer: dict[str, Any], name: str) -> set[str]:
    kept = ["playabilityStatus", "captions"] + ([] if name in NO_DETAILS else ["videoDetails"])
    return {path for part in kept for path in paths(answer.get(part, {}), part)}


def test_every_recorded_answer_is_looked_at() -> None:
    there = {path.name.removesuffix(SUFFIX) for path in ASSETS.glob("*" + SUFFIX)}
    assert there == ANSWERS.keys() | PAGES.keys() == EXPECTED.keys()


@pytest.mark.parametrize("name", ANSWERS)
def test_what_the_stand_in_says_youtube_has_said(name: str) -> None:
    said = parts(json.loads(recorded(name)), name)
    made = parts(scene.player_answer(VIDEO_ID, ANSWERS[name]), name)
    assert made - said == set()
    assert made >= {path for path in said - UNREAD if path.startswith("captions")}
    for path in ("playabilityStatus.status:str", "playabilityStatus.reason:str"):
        assert (path in made) == (path in said)


@pytest.mark.parametrize("name", EXPECTED)
def test_recorded_answers_are_understood(youtube: YouTube, name: str) -> None:
    step = PAGES.get(name, "player")
    page = Page(body=recorded(name), kind="application/json" if step == "player" else "text/html")
    code = EXPECTED[name]
    # without another's key the stand-in's player would refuse what the recorded watch page tells
    always = {step: page} | ({"timedtext": Page(body=recorded("transcript.xml"))} if step == "player" else {})
    video = Video(always=always)
    youtube.videos.update({VIDEO_ID: video, "GJLlxj_dtq8": video, "F1xioXWb8CY": video})
    youtube.site.check_key = name != "youtube.html"
    if code is None:
        assert YouTubeSource().fetch(wanted()).cues
        return
    with pytest.raises(TextError) as raised:
        YouTubeSource().fetch(wanted())
    assert raised.value.code == code


def test_the_recorded_metadata_is_understood(youtube: YouTube) -> None:
    page = Page(body=recorded("youtube_ww1_nl_en.innertube.json"))
    video = Video(always={"player": page, "timedtext": Page(body=recorded("transcript.xml"))})
    youtube.videos.update({VIDEO_ID: video, "F1xioXWb8CY": video})
    made = YouTubeSource().fetch(wanted())
    assert made.video.title == "The Tide Is Turning - Russian Civil War Fall 1919 I THE GREAT WAR 1919"
    assert (made.video.author, made.video.duration) == ("The Great War", 1509.0)
    assert made.video.thumbnail == "https://i.ytimg.com/vi/F1xioXWb8CY/sddefault.jpg"
    assert [(t.language, t.is_generated) for t in made.available] == [("en", False), ("en", True)]
    assert [cue.text for cue in made.cues] == [
        "Hey, this is just a test",
        "this is not the original transcript",
        "just something shorter, I made up for testing",
    ]


def test_timed_text_has_the_recorded_shape() -> None:
    def shape(body: bytes) -> set[tuple[str, str, tuple[str, ...]]]:
        root = ElementTree.fromstring(body)
        return {(root.tag, row.tag, tuple(row.attrib)) for row in root}

    assert shape(scene.timed_text(scene.Track(), None, None).body) == shape(recorded("transcript.xml"))


@pytest.mark.parametrize(
    ("name", "made", "pattern"),
    [
        ("youtube.html", scene.watch_page(VIDEO_ID, Video(), ""), rb'"INNERTUBE_API_KEY":\s*"[\w-]+"'),
        (
            "youtube_consent_page.html",
            scene.watch_page(VIDEO_ID, Video(consent="ok"), ""),
            rb'action="https://consent.youtube.com/s".*name="v" value="cb\.',
        ),
        (
            "youtube_consent_page_invalid.html",
            scene.watch_page(VIDEO_ID, Video(consent="broken"), ""),
            rb'action="https://consent.youtube.com/s"(?!.*name="v" value)',
        ),
        ("youtube_too_many_requests.html", scene.CAPTCHA, rb'class="g-recaptcha"'),
    ],
)
def test_pages_have_what_the_library_looks_for(name: str, made: Page, pattern: bytes) -> None:
    assert re.search(pattern, recorded(name), re.DOTALL)
    assert re.search(pattern, made.body, re.DOTALL)
