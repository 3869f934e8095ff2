"""Jobs that Amazon Transcribe does for us. moto keeps its jobs; the test writes what the service would."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.errors import JobError, NotYet
from chalicelib.settings import settings
from chalicelib.text import urls
from chalicelib.text.captions import MAX_BYTES
from chalicelib.text.request import TextRequest
from chalicelib.text.sources import chain
from chalicelib.text.sources.source import Wanted
from chalicelib.text.sources.speech import Speech
from chalicelib.text.transcript import Cue, Transcript
from tests.audio import media as truth
from tests.stand_ins.web import WebServer
from tests.text.tasks import QuietTask

JOB = QuietTask.job_id
NAME = f"batchreel-{JOB}"


@pytest.fixture(autouse=True)
def _configured(cloud: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_SPEECH", "transcribe")


@pytest.fixture
def url(media: WebServer) -> str:
    return media.url("plain/talk.mp4")


def wanted(url: str, **request: Any) -> Wanted:
    asked = TextRequest(url=url, speech_to_text=True, **request)
    return Wanted(asked, urls.parse(url), QuietTask())


def hear(asked: Wanted) -> Transcript:
    return Speech().fetch(asked)


def waits(asked: Wanted) -> int:
    with pytest.raises(NotYet) as wait:
        hear(asked)
    return wait.value.seconds


def failure(asked: Wanted) -> JobError:
    with pytest.raises(JobError) as error:
        hear(asked)
    return error.value


def job() -> Any:
    return aws.transcribe().get_transcription_job(TranscriptionJobName=NAME)["TranscriptionJob"]


def jobs() -> int:
    return len(aws.transcribe().list_transcription_jobs()["TranscriptionJobSummaries"])


def keys() -> list[str]:
    return [row["Key"] for row in aws.s3().list_objects_v2(Bucket=settings().bucket).get("Contents", [])]


def word(text: str, start: float, speaker: str) -> dict[str, Any]:
    return {
        "type": "pronunciation",
        "alternatives": [{"content": text, "confidence": "0.9"}],
        "start_time": str(start),
        "end_time": str(start + 0.5),
        "speaker_label": speaker,
    }


def finish(items: list[dict[str, Any]]) -> None:
    """As the service does: the status moves on with each look, and the output lies in the bucket."""
    while job()["TranscriptionJobStatus"] != "COMPLETED":
        pass
    document = {"jobName": NAME, "results": {"language_code": "en-US", "items": items}}
    body = json.dumps(document).encode()
    aws.s3().put_object(Bucket=settings().bucket, Key=f"speech/{JOB}.json", Body=body)


def test_only_for_those_who_ask(url: str) -> None:
    assert Speech().applies(wanted(url))
    assert not Speech().applies(Wanted(TextRequest(url=url), urls.parse(url), QuietTask()))


def test_a_job_is_started_once_and_met_again(url: str, tmp_path: Path) -> None:
    asked = wanted(url)
    assert waits(asked) == 30
    assert job()["Media"]["MediaFileUri"] == f"s3://{settings().bucket}/speech/{JOB}.flac"
    assert (job()["IdentifyLanguage"], job()["Settings"]["ShowSpeakerLabels"]) == (True, True)
    sound = tmp_path / "sound"
    aws.s3().download_file(settings().bucket, f"speech/{JOB}.flac", str(sound))
    assert truth.seconds(sound) == pytest.approx(17, abs=0.1)
    finish([word("Good", 0.5, "spk_0"), word("evening", 1.0, "spk_0"), word("Hi", 1.6, "spk_1")])
    found = hear(asked)
    assert found.cues == (Cue(0.5, 1.0, "Good evening", "spk_0"), Cue(1.6, 0.5, "Hi", "spk_1"))
    assert (found.language, found.source, found.is_generated) == ("en-US", "transcribe", True)
    assert (found.video.title, found.video.author) == ("A spoken test", "A speech synthesizer")
    assert found.video.duration == pytest.approx(17, abs=0.1)
    # a worker that is lost now leaves all that the next one needs, but not the sound
    assert f"speech/{JOB}.flac" not in keys()
    assert hear(asked) == found
    assert jobs() == 1


def test_the_source_is_fetched_once_however_often_the_job_comes_back(url: str, media: WebServer) -> None:
    asked = wanted(url)
    waits(asked)
    fetched = len(media.paths())
    finish([word("Hi", 0.0, "spk_0")])
    hear(asked)
    assert len(media.paths()) == fetched


@contextmanager
def answering(operation: str, answer: Callable[[], Any]) -> Iterator[None]:
    """What moto never says, at the SDK's own event hooks."""
    events = aws.transcribe().meta.events
    name = f"before-call.transcribe.{operation}"

    def handler(**_: Any) -> Any:
        return SimpleNamespace(status_code=200), answer()

    events.register(name, handler)
    try:
        yield
    finally:
        events.unregister(name, handler)


def refusing(operation: str, code: str) -> AbstractContextManager[None]:
    def refuse() -> None:
        raise ClientError({"Error": {"Code": code, "Message": "because"}}, operation)

    return answering(operation, refuse)


def test_two_attempts_at_once_share_the_job(url: str) -> None:
    """The second one looks before the first has started the job, and starts it after that."""
    with refusing("GetTranscriptionJob", "BadRequestException"):
        assert [waits(wanted(url)), waits(wanted(url))] == [30, 30]
    assert jobs() == 1


def test_a_busy_service_is_waited_for_with_the_sound_in_hand(url: str, media: WebServer) -> None:
    with refusing("StartTranscriptionJob", "LimitExceededException"):
        assert waits(wanted(url)) == 60
        fetched = len(media.paths())
        aws.s3().put_object(Bucket=settings().bucket, Key=f"speech/{JOB}.flac", Body=b"as it was brought")
        assert waits(wanted(url)) == 60
    assert waits(wanted(url)) == 30
    assert len(media.paths()) == fetched
    kept = aws.s3().get_object(Bucket=settings().bucket, Key=f"speech/{JOB}.flac")["Body"].read()
    assert kept == b"as it was brought"
    finish([word("Hi", 0.0, "spk_0")])
    assert hear(wanted(url)).video.title == "A spoken test"


def test_nobody_else_is_asked_again_while_the_recogniser_works(url: str, media: WebServer) -> None:
    with pytest.raises(NotYet):
        chain.fetch(wanted(url))
    fetched = len(media.paths())
    with pytest.raises(NotYet):
        chain.fetch(wanted(url))
    finish([word("Hi", 0.0, "spk_0")])
    assert chain.fetch(wanted(url)).source == "transcribe"
    assert len(media.paths()) == fetched


def test_a_refusal_is_told(url: str) -> None:
    with refusing("StartTranscriptionJob", "BadRequestException"):
        error = failure(wanted(url))
    assert (error.code, error.details, error.retryable) == ("SPEECH_FAILED", "because", False)


def test_a_failed_job_tells_why(url: str) -> None:
    failed = {"TranscriptionJobStatus": "FAILED", "FailureReason": "No speech in it"}
    asked = wanted(url)
    waits(asked)
    again: Any = asked.task
    again.attempt = 2
    with answering("GetTranscriptionJob", lambda: {"TranscriptionJob": failed}):
        error = failure(asked)
    assert (error.code, error.details) == ("SPEECH_FAILED", "No speech in it")


@pytest.mark.parametrize("ended", ["FAILED", "COMPLETED"])
def test_a_job_that_is_retried_is_not_told_of_the_round_before(url: str, ended: str) -> None:
    """Of what has failed, or whose words are no longer kept."""
    waits(wanted(url))
    before = job()["CreationTime"]
    past = {"TranscriptionJobStatus": ended}
    with answering("GetTranscriptionJob", lambda: {"TranscriptionJob": past}):
        waits(wanted(url))
    assert job()["CreationTime"] > before
    assert jobs() == 1


@pytest.mark.parametrize(
    ("asked", "sent"),
    [("en", "en-US"), ("en-GB", "en-GB"), ("de", "de-DE"), ("pt", "pt-BR"), ("de-LU", "de-DE")],
)
def test_the_language_asked_for_is_the_services_own_code(url: str, asked: str, sent: str) -> None:
    waits(wanted(url, language=asked))
    assert job()["LanguageCode"] == sent


def test_a_language_that_the_service_does_not_know(url: str) -> None:
    assert failure(wanted(url, language="tlh")).code == "LANGUAGE_NOT_AVAILABLE"
    assert keys() == []


@pytest.fixture
def long_media(tmp_path: Path) -> Iterator[WebServer]:
    truth.ffmpeg(*truth.mono(70, 8000), "-c:a", "flac", tmp_path / "long.flac")
    with WebServer(tmp_path) as server:
        yield server


def test_what_is_too_long_is_refused_before_anything_is_stored_or_paid(
    long_media: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATCHREEL_SPEECH_MAX_MINUTES", "1")
    error = failure(wanted(long_media.url("plain/long.flac")))
    assert error.code == "SPEECH_TOO_LONG"
    assert error.details == "It lasts 2 minutes; at most 1 are transcribed."
    assert (keys(), jobs()) == ([], 0)


def test_the_minutes_are_told(url: str) -> None:
    asked = wanted(url)
    waits(asked)
    task: Any = asked.task
    facts = {name: value for _, _, told in task.reports for name, value in told.items()}
    assert facts == {"speech": {"recogniser": "transcribe", "minutes": 0.3}}


def test_silence_is_told(url: str) -> None:
    asked = wanted(url)
    waits(asked)
    finish([])
    error = failure(asked)
    assert (error.code, error.details) == ("SPEECH_FAILED", "No speech was heard.")


def test_an_answer_that_makes_no_sense_is_not_told_as_silence(url: str) -> None:
    asked = wanted(url)
    waits(asked)
    finish([{"type": "pronunciation"}])
    error = failure(asked)
    assert (error.code, error.details) == ("SPEECH_FAILED", "The recogniser's answer cannot be read.")


def test_hours_of_words_are_more_than_captions_may_have(url: str) -> None:
    asked = wanted(url)
    waits(asked)
    finish([word(f"word{n}", n / 4, "spk_0") | {"padding": "x" * 250} for n in range(25_000)])
    assert (
        aws.s3().head_object(Bucket=settings().bucket, Key=f"speech/{JOB}.json")["ContentLength"] > MAX_BYTES
    )
    assert sum(len(cue.text.split()) for cue in hear(asked).cues) == 25_000


def test_no_sound_or_no_media(media: WebServer) -> None:
    assert failure(wanted(media.url("plain/silent.mp4"))).code == "NO_AUDIO"
    page = media.url("text?body=<html>no+video</html>&type=text/html")
    assert failure(wanted(page)).code == "SITE_NOT_SUPPORTED"


def test_no_recogniser(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_SPEECH", "")
    assert failure(wanted(url)).code == "SPEECH_NOT_CONFIGURED"
