from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.errors import JobError
from chalicelib.text import urls
from chalicelib.text.request import TextRequest
from chalicelib.text.sources.code_pages import in_utf8
from chalicelib.text.sources.iso639 import bcp47
from chalicelib.text.sources.naming import title_of
from chalicelib.text.sources.source import Wanted
from chalicelib.text.sources.subtitle_track import SubtitleTrack
from chalicelib.text.transcript import Chapter, Cue, Track, Transcript
from tests.audio import subtitled
from tests.stand_ins.web import WebServer
from tests.text.tasks import QuietTask

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    folder = tmp_path_factory.mktemp("subtitled")
    subtitled.make_subtitled(folder)
    with WebServer(folder) as server:
        yield server


def wanted(url: str, **request: Any) -> Wanted:
    return Wanted(TextRequest(url=url, **request), urls.parse(url), QuietTask())


def fetch(url: str, **request: Any) -> Transcript:
    return SubtitleTrack().fetch(wanted(url, **request))


def failure(url: str, **request: Any) -> JobError:
    with pytest.raises(JobError) as error:
        fetch(url, **request)
    return error.value


def cues(truth: tuple[tuple[float, float, str], ...]) -> tuple[Cue, ...]:
    return tuple(Cue(start, end - start, " ".join(text.split())) for start, end, text in truth)


def test_only_for_media_files() -> None:
    assert SubtitleTrack().applies(wanted("https://media.test/a.mp4"))
    assert not SubtitleTrack().applies(wanted("https://www.youtube.com/watch?v=dQw4w9WgXcQ"))


def test_words_times_and_what_is_known_of_the_video(shelf: WebServer) -> None:
    url = shelf.url("plain/first.mp4")
    found = fetch(url)
    assert found.cues == cues(subtitled.ENGLISH)
    assert (found.language, found.source, found.is_generated) == ("en", "subtitle-track", None)
    assert (found.video.url, found.video.title, found.video.author) == (url, "On lamps", "A keeper")
    assert found.video.duration == pytest.approx(3, abs=0.1)
    assert found.video.chapters == (Chapter(0.0, "Oil"), Chapter(1.5, "Light"))


def test_the_language_asked_for(shelf: WebServer) -> None:
    url = shelf.url("plain/three.mkv")
    english, default = fetch(url, language="en-GB"), fetch(url)
    assert (english.language, english.cues) == ("en", cues(subtitled.ENGLISH))
    assert (default.language, default.cues) == ("de", cues(subtitled.GERMAN))
    assert english.available == (Track("de", "de", None), Track("en", "English: full", None))
    assert english.video.title == "three"


def test_a_language_that_is_not_there(shelf: WebServer) -> None:
    error = failure(shelf.url("plain/three.mkv"), language="fr")
    assert (error.code, error.details) == ("LANGUAGE_NOT_AVAILABLE", "de, en")


def test_one_track_of_unknown_language_is_taken_for_any(shelf: WebServer) -> None:
    found = fetch(shelf.url("plain/long.mkv"), language="fr")
    assert (found.language, found.cues) == ("und", cues(subtitled.ENGLISH))


def test_speakers_of_webvtt(shelf: WebServer) -> None:
    found = fetch(shelf.url("plain/voices.webm"))
    assert found.cues == (Cue(0.5, 1, "Good evening.", "Ann"), Cue(1.5, 1, "A lamp & oil.", "Bob"))


def test_styles_fall_by_the_way(shelf: WebServer) -> None:
    found = fetch(shelf.url("plain/styled.mkv"))
    assert [cue.text for cue in found.cues] == ["Good evening & welcome.", "A lamp needs oil."]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("none.mp4", "no subtitle track"),
        ("long.wav", "no subtitle track"),
        ("pictures.mkv", "pictures only"),
        ("forced.mkv", "forced subtitles only"),
        ("wordless.mkv", "no text"),
    ],
)
def test_no_subtitles_to_read(shelf: WebServer, name: str, why: str) -> None:
    error = failure(shelf.url(f"plain/{name}"))
    assert error.code == "NO_CAPTIONS"
    assert why in (error.details or "")


def test_text_from_before_utf_8_is_read_if_its_language_is_known(shelf: WebServer) -> None:
    old = (shelf.root / "three.mkv").read_bytes().replace("Öl.".encode(), "Öl. ".encode("latin-1"))
    (shelf.root / "latin.mkv").write_bytes(old)
    assert fetch(shelf.url("plain/latin.mkv")).cues == cues(subtitled.GERMAN)


@pytest.mark.parametrize("odd", [b"l\xe4mp", b"l\x81mp"])
def test_text_that_nobody_can_read_is_not_told_as_none(shelf: WebServer, odd: bytes) -> None:
    data = (shelf.root / "plain.mkv").read_bytes().replace(b"lamp", odd)
    (shelf.root / "odd.mkv").write_bytes(data)
    error = failure(shelf.url("plain/odd.mkv"))
    assert (error.code, "not in UTF-8" in str(error.details)) == ("NO_CAPTIONS", True)


@pytest.mark.parametrize(
    ("text", "page", "language"),
    [("Öl für Ärzte", "latin-1", "de-AT"), ("Лампа", "cp1251", "ru"), ("źródło", "cp1250", "pl")],
)
def test_code_pages_go_by_language(text: str, page: str, language: str) -> None:
    assert in_utf8(text.encode(page), language) == text.encode()
    assert in_utf8(text.encode(), language) == text.encode()
    assert in_utf8(text.encode(page), "und") is None


def test_bytes_that_the_code_page_lacks_are_no_text() -> None:
    assert in_utf8(b"\x81", "de") is None


def test_a_page_is_no_video(shelf: WebServer) -> None:
    error = failure(shelf.url("text?body=<html>no+video</html>&type=text/html"))
    assert (error.code, error.retryable) == ("SITE_NOT_SUPPORTED", False)


def test_a_file_that_cannot_be_fetched_says_so(shelf: WebServer) -> None:
    error = failure(shelf.url("status/503"))
    assert (error.code, error.retryable) == ("DOWNLOAD_FAILED", True)


def test_progress_is_a_share_of_the_job(shelf: WebServer) -> None:
    asked = wanted(shelf.url("plain/long.mkv"))
    SubtitleTrack().fetch(asked)
    task: Any = asked.task
    assert {step for _, step, _ in task.reports} == {"fetching_transcript"}
    assert all(5 <= progress <= 45 for progress, _, _ in task.reports)


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("eng", "en"),
        ("ger", "de"),
        ("deu", "de"),
        ("pt-BR", "pt-BR"),
        ("gsw", "gsw"),
        ("", "und"),
        ("?!", "und"),
    ],
)
def test_language_codes_of_media_files(code: str, tag: str) -> None:
    assert bcp47(code) == tag


@pytest.mark.parametrize(
    ("url", "title"),
    [
        ("https://a.test/talks/On%20lamps.mp4?x=y.z", "On lamps"),
        ("https://a.test/v1.2%2Ffinal%0acut.webm", "final cut"),
        ("https://a.test/", None),
        ("https://a.test/.mp4", None),
    ],
)
def test_titles_from_urls(url: str, title: str | None) -> None:
    assert title_of(url) == title
