"""Captions and metadata of a video, through the real library, from the stand-in."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.text.failures import TextError
from chalicelib.text.sources.source import Source
from chalicelib.text.sources.youtube import YouTube as YouTubeSource
from chalicelib.text.transcript import Chapter, Cue, Track, Transcript
from tests.stand_ins import youtube_videos as scene
from tests.stand_ins.youtube import YouTube
from tests.stand_ins.youtube_videos import Video
from tests.text.wanted import VIDEO_ID, wanted

GERMAN = scene.Track("de", "German")
ENGLISH = scene.Track("en", "English")
HEARD_GERMAN = scene.Track("de", "German (auto-generated)", generated=True)


def fetch(**request: Any) -> Transcript:
    source: Source = YouTubeSource()
    return source.fetch(wanted(**request))


def test_it_is_for_videos_of_youtube_alone() -> None:
    source = YouTubeSource()
    assert source.name == "youtube"
    assert source.applies(wanted(VIDEO_ID))
    assert source.applies(wanted(f"https://youtu.be/{VIDEO_ID}?list=PL0123456789"))
    assert not source.applies(wanted("https://www.youtube.com/playlist?list=PL0123456789"))
    assert not source.applies(wanted("https://www.youtube.com/@name"))
    assert not source.applies(wanted("https://example.com/video.mp4"))


def test_captions_and_all_that_is_known_of_the_video(youtube: YouTube) -> None:
    youtube.videos[VIDEO_ID] = Video(
        tracks=(ENGLISH, HEARD_GERMAN), title=" A title ", author="Somebody", seconds=90
    )
    made = fetch(language="en")
    assert made.cues == (Cue(0.0, 1.5, "Hello there."), Cue(1.5, 2.0, "This is a test."))
    assert (made.language, made.language_name, made.is_generated) == ("en", "English", False)
    assert (made.source, made.translated_from) == ("youtube", None)
    assert made.available == (
        Track("en", "English", is_generated=False),
        Track("de", "German (auto-generated)", is_generated=True),
    )
    assert made.video.url == f"https://www.youtube.com/watch?v={VIDEO_ID}"
    assert (made.video.video_id, made.video.title, made.video.author) == (VIDEO_ID, "A title", "Somebody")
    assert made.video.duration == 90.0
    assert made.video.thumbnail == f"https://i.ytimg.com/vi/{VIDEO_ID}/hqdefault.jpg"


def test_it_takes_three_requests_and_the_metadata_costs_none(youtube: YouTube) -> None:
    youtube.videos[VIDEO_ID] = Video()
    fetch()
    assert youtube.routes() == ["/watch", "/youtubei/v1/player", "/api/timedtext"]
    assert {call.headers["host"] for call in youtube.log} == {"www.youtube.com"}


def test_text_comes_as_it_is_spoken(youtube: YouTube) -> None:
    cues = ((0.0, 1.0, "a & b"), (1.0, 1.0, "two\nlines"), (2.0, 1.0, "  "), (3.0, 1.0, 'say "5 > 4"'))
    youtube.videos[VIDEO_ID] = Video(tracks=(scene.Track(cues=cues),))
    assert [cue.text for cue in fetch().cues] == ["a & b", "two lines", 'say "5 > 4"']


def test_comparisons_are_text_and_tags_are_none(youtube: YouTube) -> None:
    rows = (
        "<text start='0'>if a &amp;lt; b and c &amp;gt; d</text><text start='1'>&lt;i&gt;one&lt;/i&gt;</text>"
    )
    page = scene.Page(body=f"<transcript>{rows}</transcript>".encode())
    youtube.videos[VIDEO_ID] = Video(always={"timedtext": page})
    assert [cue.text for cue in fetch().cues] == ["if a < b and c > d", "one"]


def test_the_authors_chapters_come_from_the_description(youtube: YouTube) -> None:
    youtube.videos[VIDEO_ID] = Video(description="Hi!\n0:00 Start\n0:20 - Middle\n0:40 End", seconds=60)
    assert fetch().video.chapters == (Chapter(0, "Start"), Chapter(20, "Middle"), Chapter(40, "End"))


def test_without_a_language_it_is_the_spoken_one(youtube: YouTube) -> None:
    youtube.videos[VIDEO_ID] = Video(tracks=(ENGLISH, GERMAN, HEARD_GERMAN))
    made = fetch()
    assert (made.language, made.is_generated) == ("de", False)


def test_where_nothing_was_heard_it_is_the_track_that_youtube_shows(youtube: YouTube) -> None:
    youtube.videos[VIDEO_ID] = Video(tracks=(ENGLISH, GERMAN), default_track=1)
    assert fetch().language == "de"


def test_a_default_that_points_nowhere_does_no_harm(youtube: YouTube) -> None:
    youtube.videos[VIDEO_ID] = Video(tracks=(ENGLISH, GERMAN), default_track=7)
    assert fetch().language == "en"


def test_a_language_that_is_not_there_names_those_that_are(youtube: YouTube) -> None:
    youtube.videos[VIDEO_ID] = Video(tracks=(ENGLISH, HEARD_GERMAN, GERMAN))
    with pytest.raises(TextError) as raised:
        fetch(language="fr")
    assert raised.value.code == "LANGUAGE_NOT_AVAILABLE"
    assert raised.value.details == "en, de"
    assert "allow_translation" in raised.value.message
    assert "/api/timedtext" not in youtube.routes()


def test_a_translation_that_cannot_be_had_is_not_advised(youtube: YouTube) -> None:
    for track, language in ((scene.Track("de", "German", translatable=False), "fr"), (GERMAN, "ja")):
        youtube.videos[VIDEO_ID] = Video(tracks=(track,))
        with pytest.raises(TextError) as raised:
            fetch(language=language)
        assert raised.value.code == "LANGUAGE_NOT_AVAILABLE"
        assert "allow_translation" not in raised.value.message


def test_a_translation_is_made_only_if_allowed_and_says_so(youtube: YouTube) -> None:
    youtube.videos[VIDEO_ID] = Video(tracks=(GERMAN,))
    made = fetch(language="fr", allow_translation=True)
    assert (made.language, made.translated_from, made.is_generated) == ("fr", "de", True)
    assert made.cues[0].text == "[fr] Hello there."
    assert youtube.log[-1].query["tlang"] == "fr"


def test_what_is_there_is_never_translated(youtube: YouTube) -> None:
    youtube.videos[VIDEO_ID] = Video(tracks=(GERMAN, ENGLISH))
    made = fetch(language="en", allow_translation=True)
    assert made.translated_from is None
    assert "tlang" not in youtube.log[-1].query


def test_a_translation_into_a_region_is_one_into_its_language(youtube: YouTube) -> None:
    youtube.videos[VIDEO_ID] = Video(tracks=(GERMAN,))
    assert fetch(language="fr-CA", allow_translation=True).language == "fr"


def test_an_expired_address_of_captions_is_looked_up_once_more(youtube: YouTube) -> None:
    youtube.videos[VIDEO_ID] = Video(first={"timedtext": (scene.failing(404),)})
    assert fetch().cues
    assert youtube.routes() == ["/watch", "/youtubei/v1/player", "/api/timedtext"] * 2


def test_consent_is_given_when_asked(youtube: YouTube) -> None:
    youtube.videos[VIDEO_ID] = Video(consent="ok")
    assert fetch().cues
    assert youtube.routes().count("/watch") == 2


@pytest.mark.parametrize("details", [None, [], "text", {"title": 5, "lengthSeconds": "x", "thumbnail": "y"}])
def test_odd_metadata_costs_the_metadata_and_not_the_captions(youtube: YouTube, details: object) -> None:
    answer = scene.player_answer(VIDEO_ID, Video()) | {"videoDetails": details}
    youtube.videos[VIDEO_ID] = Video(always={"player": scene.json_page(answer)})
    made = fetch()
    assert made.cues
    assert (made.video.title, made.video.duration, made.video.chapters) == (None, None, ())
    assert made.video.thumbnail == f"https://i.ytimg.com/vi/{VIDEO_ID}/hqdefault.jpg"


def test_times_that_are_no_numbers_are_left_out(youtube: YouTube) -> None:
    cues = (
        (float("nan"), 1.0, "never"),
        (-1.0, 1.0, "before"),
        (1e300, 1.0, "in another age"),
        (2.0, float("inf"), "from now on"),
        (3.0, 1.0, "now"),
    )
    youtube.videos[VIDEO_ID] = Video(tracks=(scene.Track(cues=cues),))
    assert fetch().cues == (Cue(2.0, 0.0, "from now on"), Cue(3.0, 1.0, "now"))


def test_an_answer_larger_than_any_page_is_not_read_to_its_end(youtube: YouTube) -> None:
    youtube.videos[VIDEO_ID] = Video(always={"watch": scene.Page(body=b" " * 17_000_000)})
    with pytest.raises(TextError) as raised:
        fetch()
    assert raised.value.code == "YOUTUBE_UNREACHABLE"


def test_entities_in_captions_are_not_expanded(youtube: YouTube) -> None:
    bomb = b'<!DOCTYPE t [<!ENTITY a "aaaa">]><transcript><text start="0">&a;</text></transcript>'
    youtube.videos[VIDEO_ID] = Video(always={"timedtext": scene.Page(body=bomb)})
    with pytest.raises(TextError) as raised:
        fetch()
    assert raised.value.code == "YOUTUBE_CHANGED"


def test_a_job_with_no_time_left_asks_nothing(youtube: YouTube, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = wanted()
    monkeypatch.setattr(asked.task, "seconds_left", lambda: 0.0)
    with pytest.raises(TextError) as raised:
        YouTubeSource().fetch(asked)
    assert raised.value.code == "YOUTUBE_TIMEOUT"
    assert youtube.log == []
