"""The real faster-whisper over a model of random weights. Nothing is downloaded."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faster_whisper.tokenizer import _LANGUAGE_CODES

from chalicelib.errors import JobError
from chalicelib.settings import settings
from chalicelib.text import urls
from chalicelib.text.language import tag
from chalicelib.text.request import TextRequest
from chalicelib.text.sources import whisper
from chalicelib.text.sources.source import Wanted
from chalicelib.text.sources.speech import Speech
from chalicelib.text.transcript import Transcript
from tests.stand_ins.web import WebServer
from tests.text import tiny_whisper
from tests.text.tasks import QuietTask


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whisper")
    tiny_whisper.make(folder)
    return folder


@pytest.fixture(autouse=True)
def _configured(cloud: object, model: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("BATCHREEL_SPEECH", "whisper")
    monkeypatch.setenv("BATCHREEL_WHISPER_MODEL_DIR", str(model))
    whisper._model.cache_clear()
    yield
    whisper._model.cache_clear()


class HurriedTask(QuietTask):
    """Has time enough until the recogniser has begun."""

    def seconds_left(self) -> float:
        heard = any(step == "recognizing_speech" for _, step, _ in self.reports)
        return 5.0 if heard else 900.0


def wanted(media: WebServer, task: QuietTask | None = None, **request: Any) -> Wanted:
    asked = TextRequest(url=media.url("plain/talk.mp4"), speech_to_text=True, **request)
    return Wanted(asked, urls.parse(asked.url), task or QuietTask())


def hear(asked: Wanted) -> Transcript:
    return Speech().fetch(asked)


def failure(asked: Wanted) -> JobError:
    with pytest.raises(JobError) as error:
        hear(asked)
    return error.value


def test_what_it_hears_has_text_and_times(media: WebServer) -> None:
    found = hear(wanted(media, language="en-GB"))
    assert found.cues
    assert all(cue.text and 0 <= cue.start <= cue.end <= 31 for cue in found.cues)
    assert (found.source, found.language, found.is_generated) == ("whisper", "en", True)
    assert found.video.title == "A spoken test"
    assert found.video.duration == pytest.approx(17, abs=0.1)


def test_progress_and_minutes_are_told(media: WebServer) -> None:
    asked = wanted(media, language="en")
    hear(asked)
    task: Any = asked.task
    facts = {name: value for _, _, told in task.reports for name, value in told.items()}
    assert facts == {"speech": {"recogniser": "whisper", "minutes": 0.3}}
    assert task.reports[-1][1] == "recognizing_speech"
    assert task.reports[-1][0] > 30


def test_the_end_of_the_workers_time_is_a_clear_failure(media: WebServer) -> None:
    error = failure(wanted(media, HurriedTask(), language="en"))
    assert (error.code, error.retryable) == ("SPEECH_FAILED", False)


def test_a_language_that_it_does_not_know(media: WebServer) -> None:
    before = media.paths()
    assert failure(wanted(media, language="tlh")).code == "LANGUAGE_NOT_AVAILABLE"
    assert media.paths() == before


@pytest.mark.parametrize("code", _LANGUAGE_CODES)
def test_each_language_of_its_list_is_found_by_the_tag_that_we_tell(code: str) -> None:
    assert whisper.code_of(_LANGUAGE_CODES, tag(code)) == code


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("jv", "jw"),
        ("jw-ID", "jw"),
        ("fil", "tl"),
        ("tl-PH", "tl"),
        ("nb-NO", "no"),
        ("nn", "nn"),
        ("iw", "he"),
    ],
)
def test_codes_that_are_no_longer_or_not_its_own(asked: str, code: str) -> None:
    assert whisper.code_of(_LANGUAGE_CODES, asked) == code


def test_without_a_model_nothing_is_fetched(
    media: WebServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = media.paths()
    for folder in ("", "tiny", str(tmp_path / "none"), str(tmp_path)):
        monkeypatch.setenv("BATCHREEL_WHISPER_MODEL_DIR", folder)
        settings.cache_clear()
        assert failure(wanted(media)).code == "SPEECH_NOT_CONFIGURED"
    assert media.paths() == before


def test_without_the_library(media: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    assert failure(wanted(media)).code == "SPEECH_NOT_CONFIGURED"
