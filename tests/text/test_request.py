from __future__ import annotations

import pytest

from chalicelib.text.failures import CAUSES, FILE, OTHER_CAPTIONS, SPEECH, TextError
from chalicelib.text.request import TextRequest
from chalicelib.text.result import Result
from chalicelib.text.summary import Point, Question, Section, Summary, Term, Usage
from chalicelib.text.transcript import Chapter, Cue, Track, Transcript, Video

VIDEO = Video(url="https://www.youtube.com/watch?v=dQw4w9WgXcQ", chapters=(Chapter(0.0, "Start"),))


def test_a_request_survives_the_queue() -> None:
    request = TextRequest(url="u", modes=("brief", "tldr"), language="de", use_proxy=False, max_videos=3)
    assert TextRequest.from_json(request.to_json()) == request


def test_only_what_differs_from_the_defaults_is_stored() -> None:
    assert TextRequest(url="u").to_json() == {"url": "u"}
    assert TextRequest(url="u", use_proxy=False).to_json() == {"url": "u", "use_proxy": False}


def test_a_result_survives_the_bucket() -> None:
    transcript = Transcript(
        video=VIDEO,
        cues=(Cue(0.5, 1.25, "Hello", "Ann"), Cue(2.0, 1.0, "there")),
        language="en",
        is_generated=True,
        source="youtube",
        available=(Track("en", "English", True),),
    )
    summary = Summary(
        mode="study_notes",
        engine="embedded",
        kind="extractive",
        language="en",
        points=(Point("A", 0.5, (0, 1)),),
        sections=(Section("S", 0.0, 3.0, (Point("B", 2.0),)),),
        terms=(Term("t", "d", 1.0),),
        questions=(Question("q?", 1.0),),
        covered_until=3.0,
        usage=Usage(1, 2, 3),
    )
    result = Result(transcript, (summary,))
    assert Result.from_json(result.to_json()) == result
    assert transcript.text == "Hello there"
    assert transcript.covered_until == 3.0


def test_what_is_not_known_of_captions_is_null_to_callers_and_survives() -> None:
    unknown = (Track("und", "Subtitles", None),)
    transcript = Transcript(video=VIDEO, cues=(Cue(0, 1, "Hi"),), source="captions", available=unknown)
    told = transcript.to_json()
    assert (told["language"], told["is_generated"]) == (None, None)
    assert told["available"] == [{"language": None, "name": "Subtitles", "is_generated": None}]
    assert Transcript.from_json(told) == transcript
    assert transcript.language == "und"


@pytest.mark.parametrize(
    ("video", "link"),
    [
        (VIDEO, "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=61s"),
        (Video(url="https://example.com/a.mp4#x"), "https://example.com/a.mp4#t=61"),
    ],
)
def test_links_lead_into_the_video(video: Video, link: str) -> None:
    assert video.at(61.9) == link


@pytest.mark.parametrize("code", list(CAUSES))
def test_every_cause_says_what_to_do(code: str) -> None:
    error = TextError(code, "why")
    assert (error.code, error.details) == (code, "why")
    assert len(error.message) > 30
    assert not error.message.endswith(".")
    assert error.helps <= {SPEECH, OTHER_CAPTIONS, FILE}
    assert error.retryable == (error.retry_after is not None)
