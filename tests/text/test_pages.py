"""URLs that an extractor of yt-dlp takes, from the first source to the last: a page with a film on it, or a
file that only looks like one. Mediasite's extractor takes any host."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.settings import settings
from chalicelib.text import urls
from chalicelib.text.failures import TextError
from chalicelib.text.request import TextRequest
from chalicelib.text.sources import chain, whisper
from chalicelib.text.sources.source import Wanted
from chalicelib.text.sources.ytdlp import YtDlp
from chalicelib.text.transcript import Transcript
from tests.audio import subtitled
from tests.conftest import Cloud
from tests.stand_ins.web import Receiver, Reply, WebServer
from tests.text import tiny_whisper
from tests.text.tasks import QuietTask

PAGE = "/Mediasite/Play/2db6c271681e4f199af3c60d1f82869b1d"
SERVICE = "/Mediasite/PlayerService/PlayerService.svc/json/GetPlayerOptions"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("film")
    subtitled.make_subtitled(folder)
    return (folder / "first.mp4").read_bytes()


@pytest.fixture
def recogniser(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    folder: Path = tmp_path_factory.mktemp("whisper")
    tiny_whisper.make(folder)
    monkeypatch.setenv("BATCHREEL_SPEECH", "whisper")
    monkeypatch.setenv("BATCHREEL_WHISPER_MODEL_DIR", str(folder))
    settings.cache_clear()
    whisper._model.cache_clear()
    yield
    whisper._model.cache_clear()


def fetch(url: str, **request: Any) -> Transcript:
    asked = Wanted(TextRequest(url=url, **request), urls.parse(url), QuietTask())
    assert YtDlp().applies(asked)
    return chain.fetch(asked)


def failure(url: str, **request: Any) -> TextError:
    with pytest.raises(TextError) as failed:
        fetch(url, **request)
    return failed.value


def publish(site: Receiver, film_url: str) -> None:
    """A page with a film and no captions, as the site's player is told of it."""
    stream = {"StreamType": 0, "VideoUrls": [{"Location": film_url, "MimeType": "video/mp4"}]}
    told = {"d": {"Presentation": {"Title": "A talk", "Streams": [stream]}}}
    reply = Reply(headers={"Content-Type": "application/json"}, body=json.dumps(told).encode())
    site.program(SERVICE, *[reply] * 4)


def test_a_file_at_such_an_address_is_read_as_a_file(cloud: Cloud, receiver: Receiver, film: bytes) -> None:
    receiver.program(PAGE, *[Reply(body=film)] * 4)
    found = fetch(receiver.url(PAGE))
    assert (found.source, len(found.cues)) == ("subtitle-track", len(subtitled.ENGLISH))


@pytest.mark.usefixtures("recogniser")
def test_the_film_of_a_page_is_recognised(receiver: Receiver, media: WebServer) -> None:
    publish(receiver, media.url("plain/talk.mp4"))
    found = fetch(receiver.url(PAGE), speech_to_text=True, language="en")
    assert found.source == "whisper"
    assert (found.video.title, found.video.url) == ("A talk", receiver.url(PAGE))
    assert found.video.duration == pytest.approx(17, abs=0.1)


@pytest.mark.usefixtures("recogniser")
def test_a_file_at_such_an_address_is_recognised(receiver: Receiver, media: WebServer) -> None:
    speech = (media.root / "talk.mp4").read_bytes()
    receiver.program(PAGE, *[Reply(body=speech)] * 8)
    found = fetch(receiver.url(PAGE), speech_to_text=True, language="en")
    assert (found.source, found.video.title) == ("whisper", "A spoken test")


@pytest.mark.usefixtures("recogniser")
def test_a_page_whose_film_is_no_file_says_so(receiver: Receiver, media: WebServer) -> None:
    publish(receiver, media.url("plain/talk.m3u8"))
    error = failure(receiver.url(PAGE), speech_to_text=True)
    assert (error.code, error.details) == (
        "SITE_NOT_SUPPORTED",
        "The site has no single file with the sound",
    )


def test_a_page_that_makes_no_sense_keeps_its_own_failure(cloud: Cloud, receiver: Receiver) -> None:
    assert failure(receiver.url(PAGE)).code == "SITE_FAILED"
