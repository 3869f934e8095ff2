"""Answers that YouTube should never give: they cost the job a clear error, never the worker."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from chalicelib.errors import JobCancelled
from chalicelib.text.failures import TextError
from chalicelib.text.sources.youtube import YouTube as YouTubeSource
from chalicelib.text.transcript import Transcript
from tests.stand_ins import youtube_videos as scene
from tests.stand_ins.youtube import YouTube
from tests.stand_ins.youtube_videos import Video
from tests.text.wanted import VIDEO_ID, wanted


def answer(**details: Any) -> dict[str, Any]:
    made = scene.player_answer(VIDEO_ID, Video())
    made["videoDetails"] |= details
    return made


def first_track(player: dict[str, Any]) -> dict[str, Any]:
    track: dict[str, Any] = player["captions"]["playerCaptionsTracklistRenderer"]["captionTracks"][0]
    return track


def fetch(youtube: YouTube, player: dict[str, Any]) -> Transcript:
    youtube.videos[VIDEO_ID] = Video(always={"player": scene.json_page(player)})
    return YouTubeSource().fetch(wanted())


def stored(transcript: Transcript) -> bytes:
    return json.dumps(transcript.to_json(), ensure_ascii=False).encode()


def test_half_a_character_in_the_metadata_can_be_stored(youtube: YouTube) -> None:
    player = answer(title="A \ud83d title", author="\udc00Ann", shortDescription="0:00 One \ud83d\n0:05 Two")
    first_track(player)["name"] = {"runs": [{"text": "English\ud800"}]}
    made = fetch(youtube, player)
    assert (made.video.title, made.video.author, made.language_name) == ("A title", "Ann", "English")
    assert [chapter.title for chapter in made.video.chapters] == ["One", "Two"]
    assert stored(made)


def test_half_a_character_in_the_reason_can_be_stored(youtube: YouTube) -> None:
    with pytest.raises(TextError) as raised:
        fetch(youtube, {"playabilityStatus": {"status": "ERROR", "reason": "Odd \ud83d\x07 thing"}})
    assert raised.value.details == "Odd thing"


def test_metadata_without_end_is_cut(youtube: YouTube) -> None:
    player = answer(title="a" * 100_000, author="b" * 100_000)
    first_track(player)["name"] = {"runs": [{"text": "c" * 100_000}]}
    assert len(stored(fetch(youtube, player))) < 10_000


def test_a_thumbnail_of_endless_address_is_passed_over(youtube: YouTube) -> None:
    rows = [
        {"width": 9, "url": "https://i.ytimg.com/" + "x" * 5000},
        {"width": 5, "url": "https://i.ytimg.com/a"},
    ]
    made = fetch(youtube, answer(thumbnail={"thumbnails": rows}))
    assert made.video.thumbnail == "https://i.ytimg.com/a"


@pytest.mark.parametrize("odd", [5, 1.5, True, ["x"], {"a": 1}], ids=str)
@pytest.mark.parametrize("field", ["name", "languageCode"])
def test_a_track_without_words_means_that_youtube_has_changed(
    youtube: YouTube, field: str, odd: object
) -> None:
    player = answer()
    first_track(player)[field] = {"runs": [{"text": odd}]} if field == "name" else odd
    with pytest.raises(TextError) as raised:
        fetch(youtube, player)
    assert raised.value.code == "YOUTUBE_CHANGED"


def test_json_deeper_than_python_reads_means_that_youtube_has_changed(youtube: YouTube) -> None:
    youtube.videos[VIDEO_ID] = Video(always={"player": scene.Page(body=b"[" * 200_000)})
    with pytest.raises(TextError) as raised:
        YouTubeSource().fetch(wanted())
    assert raised.value.code == "YOUTUBE_CHANGED"


def test_captions_full_of_signs_take_no_time(youtube: YouTube) -> None:
    """Among which the library looks for tags for as long as the square of their number says."""
    signs = "&lt;" * 1_000_000
    page = scene.Page(body=f'<transcript><text start="1">{signs}</text></transcript>'.encode())
    youtube.videos[VIDEO_ID] = Video(always={"timedtext": page})
    (cue,) = YouTubeSource().fetch(wanted()).cues
    assert cue.text == "<" * 1_000_000


def test_a_job_that_is_cancelled_reads_no_further(youtube: YouTube, monkeypatch: pytest.MonkeyPatch) -> None:
    youtube.videos[VIDEO_ID] = Video()
    asked = wanted()

    def report(progress: int, step: str) -> None:
        if youtube.log:
            raise JobCancelled("cancelled")

    monkeypatch.setattr(asked.task, "report", report)
    with pytest.raises(JobCancelled):
        YouTubeSource().fetch(asked)
    assert youtube.routes() == ["/watch"]


def test_no_address_is_logged_when_a_connection_breaks(
    youtube: YouTube, caplog: pytest.LogCaptureFixture
) -> None:
    youtube.stop()
    with caplog.at_level(logging.INFO, logger="urllib3"), pytest.raises(TextError) as raised:
        YouTubeSource().fetch(wanted())
    assert raised.value.code == "YOUTUBE_UNREACHABLE"
    assert VIDEO_ID not in caplog.text
