"""The order in which sources are asked, and which failure is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from chalicelib.errors import JobError
from chalicelib.text import urls
from chalicelib.text.failures import TextError
from chalicelib.text.request import TextRequest
from chalicelib.text.sources import chain
from chalicelib.text.sources.source import Wanted
from chalicelib.text.transcript import Cue, Transcript, Video
from tests.conftest import Cloud
from tests.text.tasks import QuietTask

URL = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
FOUND = Transcript(video=Video(url=URL), cues=(Cue(0, 1, "Hello"),), source="scripted")
Script = Callable[[], Transcript]


class Scripted:
    """A source that does what the test says; plugged in as any source is, by the registry."""

    def __init__(self, name: str, script: Script | None, asked: list[str]) -> None:
        self.name = name
        self._script = script
        self._asked = asked

    def applies(self, wanted: Wanted) -> bool:
        return self._script is not None

    def fetch(self, wanted: Wanted) -> Transcript:
        self._asked.append(self.name)
        assert self._script
        return self._script()


def failing(code: str) -> Script:
    def fail() -> Transcript:
        raise TextError(code)

    return fail


def found() -> Transcript:
    return FOUND


@pytest.fixture
def ask(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Fetch with these scripts; answers who was asked."""

    def run(**scripts: Script | None) -> list[str]:
        asked: list[str] = []
        for name in chain.SOURCES:
            made = partial(Scripted, name, scripts.get(name.replace("-", "_")), asked)
            monkeypatch.setitem(globals(), f"Scripted_{name}", made)
            monkeypatch.setitem(chain.SOURCES, name, (__name__, f"Scripted_{name}"))
        request = TextRequest(url=URL, speech_to_text=True)
        chain.fetch(Wanted(request, urls.parse(URL), QuietTask()))
        return asked

    return run


Ask = Callable[..., list[str]]


def told(ask: Ask, **scripts: Script | None) -> str:
    with pytest.raises(JobError) as failed:
        ask(**scripts)
    return failed.value.code


def test_the_first_that_has_it_is_the_last_asked(ask: Ask) -> None:
    assert ask(captions=found, youtube=found) == ["captions"]
    assert ask(youtube=found, yt_dlp=found, speech=found) == ["youtube"]


def test_a_block_is_passed_by_another_way_to_the_captions_not_by_a_recogniser(ask: Ask) -> None:
    assert ask(youtube=failing("YOUTUBE_BLOCKED"), yt_dlp=found) == ["youtube", "yt-dlp"]
    scripts = {"youtube": failing("YOUTUBE_BLOCKED"), "speech": found}
    assert told(ask, **scripts) == "YOUTUBE_BLOCKED"


def test_a_block_is_never_told_as_no_captions(ask: Ask) -> None:
    assert told(ask, youtube=failing("YOUTUBE_BLOCKED"), yt_dlp=failing("NO_CAPTIONS")) == "YOUTUBE_BLOCKED"


def test_a_recogniser_helps_where_there_are_no_captions(ask: Ask) -> None:
    assert ask(youtube=failing("NO_CAPTIONS"), yt_dlp=found, speech=found) == ["youtube", "speech"]


def test_a_recogniser_that_fails_has_the_last_word(ask: Ask) -> None:
    scripts = {"youtube": failing("NO_CAPTIONS"), "speech": failing("SPEECH_NOT_CONFIGURED")}
    assert told(ask, **scripts) == "SPEECH_NOT_CONFIGURED"


def test_captions_that_cannot_be_read_are_not_replaced_by_others(ask: Ask) -> None:
    """The caller brought them: others would be a surprise."""
    assert told(ask, captions=failing("CAPTIONS_INVALID"), youtube=found) == "CAPTIONS_INVALID"


@pytest.mark.parametrize(
    ("code", "attempt", "retryable"),
    [
        ("CAPTIONS_EMPTY", 1, True),
        ("CAPTIONS_EMPTY", 2, False),
        ("YOUTUBE_TIMEOUT", 2, True),
        ("NO_CAPTIONS", 1, False),
    ],
)
def test_empty_captions_are_asked_for_once_more(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, code: str, attempt: int, retryable: bool
) -> None:
    monkeypatch.setattr(QuietTask, "attempt", attempt)
    with pytest.raises(JobError) as failed:
        ask(youtube=failing(code))
    assert (failed.value.code, failed.value.retryable) == (code, retryable)


def test_what_no_source_knows_is_not_supported(ask: Ask) -> None:
    assert told(ask) == "SITE_NOT_SUPPORTED"


@pytest.mark.parametrize("code", ["NO_CAPTIONS", "SITE_NOT_SUPPORTED", "SITE_FAILED"])
def test_what_a_site_s_extractor_makes_nothing_of_may_be_a_file(ask: Ask, code: str) -> None:
    assert ask(yt_dlp=failing(code), subtitle_track=found) == ["yt-dlp", "subtitle-track"]


@pytest.mark.parametrize("code", ["VIDEO_PRIVATE", "GEO_BLOCKED", "LANGUAGE_NOT_AVAILABLE"])
def test_what_a_site_has_told_is_not_asked_of_a_file(ask: Ask, code: str) -> None:
    assert told(ask, yt_dlp=failing(code), subtitle_track=found) == code


def test_a_file_without_captions_is_told_as_such_and_may_be_recognised(ask: Ask) -> None:
    scripts = {"yt_dlp": failing("SITE_NOT_SUPPORTED"), "subtitle_track": failing("NO_CAPTIONS")}
    assert told(ask, **scripts) == "NO_CAPTIONS"
    assert ask(**scripts, speech=found) == ["yt-dlp", "subtitle-track", "speech"]


def test_a_page_that_is_no_file_keeps_the_failure_of_its_extractor(ask: Ask) -> None:
    for code in ("NO_CAPTIONS", "SITE_FAILED"):
        assert told(ask, yt_dlp=failing(code), subtitle_track=failing("SITE_NOT_SUPPORTED")) == code


def test_a_file_that_cannot_be_fetched_explains_why_nothing_was_found(ask: Ask) -> None:
    def refused() -> Transcript:
        raise JobError("DOWNLOAD_FAILED", "The source answered 503.", retryable=True)

    assert told(ask, yt_dlp=failing("SITE_NOT_SUPPORTED"), subtitle_track=refused) == "DOWNLOAD_FAILED"
    assert told(ask, yt_dlp=failing("NO_CAPTIONS"), subtitle_track=refused) == "NO_CAPTIONS"
    scripts = {"yt_dlp": failing("NO_CAPTIONS"), "subtitle_track": refused, "speech": found}
    assert ask(**scripts) == ["yt-dlp", "subtitle-track", "speech"]


def test_the_order_is_the_operators(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_TEXT_SOURCES", "yt-dlp,youtube")
    assert ask(youtube=found, yt_dlp=found, speech=found) == ["yt-dlp"]


def test_a_page_is_read_as_one_though_it_was_tried_as_a_file_first(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATCHREEL_TEXT_SOURCES", "subtitle-track,yt-dlp")
    no_file = failing("SITE_NOT_SUPPORTED")
    assert ask(subtitle_track=no_file, yt_dlp=found) == ["subtitle-track", "yt-dlp"]
    assert told(ask, subtitle_track=no_file, yt_dlp=failing("VIDEO_PRIVATE")) == "VIDEO_PRIVATE"


@pytest.mark.parametrize("order", ["youtube,captions", "youtube"])
def test_captions_that_came_along_are_first_in_any_order(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    monkeypatch.setenv("BATCHREEL_TEXT_SOURCES", order)
    assert ask(captions=found, youtube=found) == ["captions"]
    assert ask(youtube=found) == ["youtube"]


@pytest.mark.parametrize("name", list(chain.SOURCES))
def test_every_source_of_the_registry_exists(name: str) -> None:
    assert chain._make(name).name == name
