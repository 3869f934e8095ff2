"""A text job from request to stored result: the real library, stand-ins for YouTube and S3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.settings import settings
from chalicelib.text import runner
from chalicelib.text.failures import TextError
from chalicelib.text.result import Result
from tests.conftest import Cloud
from tests.e2e.videos import LISTED, PLAYLIST_URL, PLAYLISTS, TALK, VIDEOS, url
from tests.stand_ins.models import Models
from tests.stand_ins.web import Receiver
from tests.stand_ins.youtube import YouTube
from tests.text.tasks import QuietTask


@pytest.fixture
def youtube(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[YouTube]:
    with YouTube(VIDEOS, PLAYLISTS) as running:
        monkeypatch.setenv("BATCHREEL_YOUTUBE_BASE_URL", running.base)
        yield running


def stored(key: str) -> Any:
    return json.load(aws.s3().get_object(Bucket=settings().bucket, Key=key)["Body"])


@pytest.mark.usefixtures("youtube")
def test_a_video_becomes_a_transcript_and_its_summaries() -> None:
    task = QuietTask()
    outcome = runner.run({"url": url("talk-000000"), "modes": ["brief", "timestamped"]}, task)
    assert outcome["video"]["title"] == TALK.title
    assert list(outcome["summaries"]) == ["brief", "timestamped"]
    transcript = outcome["transcript"]
    assert (transcript["source"], transcript["segments"], transcript["cached"]) == ("youtube", 9, False)
    result = Result.from_json(stored(outcome["result_key"]))
    assert [summary.mode for summary in result.summaries] == ["brief", "timestamped"]
    assert stored(transcript["key"])["segments"][0]["text"] == TALK.tracks[0].cues[0][2]
    steps = [step for step, _ in groupby(step for _, step, _ in task.reports)]
    assert steps == ["fetching_transcript", "summarizing", "finalizing"]
    facts = next(facts for _, step, facts in task.reports if step == "summarizing")
    assert facts["video"]["title"] == TALK.title
    assert len(json.dumps(outcome)) < 20_000  # it has to fit into a table's item


@pytest.mark.usefixtures("youtube")
def test_it_says_what_it_has_used() -> None:
    outcome = runner.run({"url": url("talk-000000")}, QuietTask())
    used = outcome["used"]
    keys = outcome["transcript"]["key"], outcome["result_key"]
    sizes = [aws.s3().head_object(Bucket=settings().bucket, Key=key)["ContentLength"] for key in keys]
    assert used["bytes_out"] == sum(sizes)
    assert used["bytes_in"] == len(stored(keys[0])["text"].encode())
    assert used["media_ms"] == round(outcome["video"]["duration"] * 1000)
    assert not {"model", "recogniser"} & set(used)


@pytest.mark.usefixtures("youtube")
def test_tokens_are_those_that_the_model_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    with Models() as server:
        monkeypatch.setenv("BATCHREEL_OPENAI_BASE_URL", server.url("/v1"))
        monkeypatch.setenv("BATCHREEL_OPENAI_MODEL", "small-model")
        settings.cache_clear()
        used = runner.run({"url": url("talk-000000")}, QuietTask())["used"]
    assert (used["model"], used["tokens_in"], used["tokens_out"]) == ("openai/small-model", 1000, 100)


def test_a_second_job_takes_the_stored_transcript(youtube: YouTube) -> None:
    request = {"url": url("talk-000000")}
    first = runner.run(request, QuietTask())
    before = len(youtube.log)
    second = runner.run(request, QuietTask())
    assert second["transcript"]["cached"]
    assert len(youtube.log) == before
    assert second["summaries"] == first["summaries"]


@pytest.mark.usefixtures("youtube")
def test_of_captions_that_came_along_only_what_is_known_is_told() -> None:
    aws.s3().put_object(Bucket=settings().bucket, Key="captions/one", Body=b"Zubo krela monti vako. " * 9)
    outcome = runner.run({"url": url("talk-000000"), "captions_key": "captions/one"}, QuietTask())
    transcript = outcome["transcript"]
    assert (transcript["source"], transcript["language"], transcript["is_generated"]) == (
        "captions",
        None,
        None,
    )
    assert outcome["summaries"]["tldr"]["language"] is None
    result = stored(outcome["result_key"])
    assert (result["transcript"]["language"], result["summaries"][0]["language"]) == (None, None)
    assert Result.from_json(result).summaries[0].language == "und"


@pytest.mark.usefixtures("youtube")
def test_a_long_transcript_is_cut_where_the_caller_wants() -> None:
    outcome = runner.run({"url": url("talk-000000"), "max_transcript_length": 150}, QuietTask())
    assert outcome["transcript"]["truncated"]
    assert outcome["transcript"]["characters"] <= 150
    assert outcome["transcript"]["segments"] == 2
    assert outcome["warnings"] == ["transcript_truncated"]


@pytest.mark.usefixtures("youtube")
def test_a_cut_transcript_is_not_what_the_next_job_gets() -> None:
    runner.run({"url": url("talk-000000"), "max_transcript_length": 150}, QuietTask())
    assert runner.run({"url": url("talk-000000")}, QuietTask())["transcript"]["segments"] == 9


@pytest.mark.usefixtures("youtube")
def test_a_playlist_becomes_children_with_the_same_wishes() -> None:
    task = QuietTask()
    request = {
        "url": PLAYLIST_URL,
        "modes": ["brief"],
        "max_videos": 2,
    }
    outcome = runner.run(request, task)
    wanted = [{"url": url(video), "modes": ["brief"]} for video in list(LISTED)[:2]]
    assert task.children == wanted
    assert outcome["child_batch_id"].startswith("batch_")
    assert (outcome["expanded"]["videos"], outcome["expanded"]["truncated"]) == (2, True)


@pytest.mark.usefixtures("youtube")
@pytest.mark.parametrize(
    ("link", "code"),
    [("https://www.youtube.com/feed/history", "INVALID_URL"), (url("disabled-00"), "NO_CAPTIONS")],
)
def test_failures_have_codes(link: str, code: str) -> None:
    with pytest.raises(TextError) as failed:
        runner.run({"url": link}, QuietTask())
    assert failed.value.code == code


@pytest.mark.parametrize("link", [url("talk-000000"), PLAYLIST_URL, "https://media.test/film.mp4"])
def test_never_without_a_proxy_means_not_from_the_cache_either(youtube: YouTube, link: str) -> None:
    runner.run({"url": url("talk-000000")}, QuietTask())
    youtube.log.clear()
    with pytest.raises(TextError) as failed:
        runner.run({"url": link, "use_proxy": True}, QuietTask())
    assert failed.value.code == "PROXY_NOT_CONFIGURED"
    assert youtube.log == []


def test_what_the_proxy_is_not_for_is_not_fetched_without_it(
    youtube: YouTube, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATCHREEL_YOUTUBE_PROXY", "http://127.0.0.1:1")
    for request in (
        {"url": receiver.url("/film.mp4")},
        {"url": url("talk-000000"), "captions_url": receiver.url("/talk.srt")},
    ):
        with pytest.raises(TextError) as failed:
            runner.run({**request, "use_proxy": True}, QuietTask())
        assert failed.value.code == "PROXY_NOT_APPLICABLE"
    assert receiver.calls == []
    speech = {"url": url("disabled-00"), "use_proxy": True, "speech_to_text": True}
    with pytest.raises(TextError) as failed:
        runner.run(speech, QuietTask())
    assert failed.value.code == "PROXY_NOT_APPLICABLE"
