from __future__ import annotations

from typing import Any

import pytest

from chalicelib import aws
from chalicelib.clock import now_ms
from chalicelib.settings import settings
from chalicelib.text import cache, urls
from chalicelib.text.request import TextRequest
from chalicelib.text.sources.source import Wanted
from chalicelib.text.transcript import Cue, Transcript, Video
from tests.conftest import Cloud
from tests.text.tasks import QuietTask

URL = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
pytestmark = pytest.mark.usefixtures("cloud")


def wanted(job_id: str = "job_0000000000000001", url: str = URL, **request: Any) -> Wanted:
    task = QuietTask()
    task.job_id = job_id
    return Wanted(TextRequest(url=url, **request), urls.parse(url), task)


def transcript(source: str = "youtube", **more: Any) -> Transcript:
    return Transcript(video=Video(url=URL), cues=(Cue(0, 1, "Hello"),), language="en", source=source, **more)


def test_the_next_job_finds_it() -> None:
    cache.store(wanted(), transcript())
    assert cache.load(wanted("job_0000000000000002")) == transcript()


def test_languages_are_apart() -> None:
    cache.store(wanted(), transcript())
    assert cache.load(wanted(language="de")) is None


def test_a_translation_or_a_recognisers_text_is_for_those_who_allow_it() -> None:
    cache.store(wanted(language="de"), transcript(translated_from="en"))
    cache.store(wanted(), transcript("transcribe"))
    assert cache.load(wanted(language="de")) is None
    assert cache.load(wanted()) is None
    assert cache.load(wanted(language="de", allow_translation=True))
    assert cache.load(wanted(speech_to_text=True))


def test_a_refresh_passes_by_what_others_stored_but_not_its_own_earlier_attempt() -> None:
    cache.store(wanted(), transcript())
    other = wanted("job_0000000000000002", force_refresh=True)
    assert cache.load(other) is None
    cache.store(other, transcript())
    assert cache.load(other) is not None


def test_it_grows_too_old() -> None:
    cache.store(wanted(), transcript())
    later = now_ms() + (settings().transcript_cache_seconds + 60) * 1000
    assert cache.load(wanted(), lambda: later) is None


@pytest.mark.parametrize(
    "request_", [{"captions_url": "https://example.com/a.srt"}, {"captions_key": "captions/1"}]
)
def test_captions_that_were_brought_along_stay_with_their_job(request_: dict[str, Any]) -> None:
    cache.store(wanted(**request_), transcript("captions"))
    assert cache.load(wanted()) is None
    cache.store(wanted(), transcript())
    assert cache.load(wanted(**request_)) is None


def test_only_public_videos_are_kept() -> None:
    secret = wanted(url="https://example.com/private.mp4?token=1")
    cache.store(secret, transcript("subtitle-track"))
    assert aws.s3().list_objects_v2(Bucket=settings().bucket)["KeyCount"] == 0


def test_the_operator_may_turn_it_off(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_TRANSCRIPT_CACHE_DAYS", "0")
    cache.store(wanted(), transcript())
    assert cache.load(wanted()) is None


def test_what_another_version_stored_is_passed_over() -> None:
    cache.store(wanted(), transcript())
    key = "transcripts/youtube/dQw4w9WgXcQ/auto.captions.json"
    aws.s3().put_object(Bucket=settings().bucket, Key=key, Body=b'{"schema_version": 99}')
    assert cache.load(wanted()) is None
