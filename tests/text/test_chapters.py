"""Chapters: the author's own, or where the words of a talk change."""

from __future__ import annotations

import math

import pytest

from chalicelib.text.author_chapters import within
from chalicelib.text.summarize.engine import talk_of
from chalicelib.text.transcript import Chapter, Cue, Transcript, Video
from tests.text.spoken import HARBOUR, ORCHARD, WATCH, captions, made, spoken, talk

WATER = " ".join(HARBOUR.split(". ")[3].split()) + ". " + HARBOUR[HARBOUR.index("Mud settles") :]
TWO_SUBJECTS = f"{WATER} {WATER} {ORCHARD} {ORCHARD}"
FORMS = pytest.mark.parametrize("form", [spoken, captions], ids=["punctuated", "captions"])


@FORMS
def test_a_chapter_begins_where_the_subject_changes(form: type) -> None:
    said = talk(form(TWO_SUBJECTS))
    change = next(s.start for s in said.segments if "apple trees need" in s.text.lower())
    starts = [section.start for section in made("timestamped", said).sections]
    assert min(abs(start - change) for start in starts) < 20


@FORMS
@pytest.mark.parametrize("mode", ["timestamped", "detailed", "study_notes"])
def test_chapters_cover_the_talk_without_gaps(mode: str, form: type) -> None:
    said = talk(form(TWO_SUBJECTS))
    sections = made(mode, said).sections
    assert len(sections) > 1
    assert sections[0].start == said.segments[0].start
    assert sections[-1].end == said.segments[-1].end
    assert [section.end for section in sections[:-1]] == [section.start for section in sections[1:]]
    for section in sections:
        assert all(section.start <= point.start < section.end for point in section.points)


def test_titles_name_what_is_talked_about() -> None:
    sections = made("timestamped", talk(spoken(TWO_SUBJECTS))).sections
    assert any(word in sections[0].title.lower() for word in ("mud", "harbour", "wall"))
    assert any(word in sections[-1].title.lower() for word in ("apple", "tree", "orchard"))


def test_a_timestamped_chapter_has_one_sentence() -> None:
    assert {len(s.points) for s in made("timestamped", talk(spoken(TWO_SUBJECTS))).sections} == {1}


def test_a_short_talk_is_one_chapter() -> None:
    (section,) = made("timestamped", talk(spoken("The harbour is full of mud. The tide is out."))).sections
    assert section.start == 0


def test_a_three_hour_talk_has_no_more_than_twenty_chapters() -> None:
    long = " ".join(f"{HARBOUR} {ORCHARD}" for _ in range(90))
    assert 10 <= len(made("timestamped", talk(spoken(long))).sections) <= 20


def test_without_times_chapters_are_made_by_length() -> None:
    cues = [Cue(0, 0, cue.text) for cue in spoken(TWO_SUBJECTS)]
    assert len(made("timestamped", talk(cues)).sections) > 1


def test_the_authors_chapters_come_first() -> None:
    chapters = [Chapter(0, "The harbour"), Chapter(100, "The  orchard\n")]
    sections = made("detailed", talk(spoken(TWO_SUBJECTS), chapters=chapters)).sections
    assert [(section.title, section.start) for section in sections] == [
        ("The harbour", 0),
        ("The orchard", 100),
    ]
    assert all(section.points for section in sections)


def test_what_comes_before_the_authors_first_chapter_is_covered_too() -> None:
    said = talk(spoken(TWO_SUBJECTS), chapters=[Chapter(60, "Later")])
    first, second = made("timestamped", said).sections
    assert (first.start, first.end, second.title) == (0, 60, "Later")
    assert first.points


def test_an_authors_chapter_in_which_nothing_is_said_stays() -> None:
    said = talk(spoken(HARBOUR), chapters=[Chapter(0, "Harbour"), Chapter(5000, "Credits")])
    first, last = made("timestamped", said).sections
    assert (last.title, last.start, last.points) == ("Credits", 5000, ())
    assert first.end == 5000


def at(*starts: float) -> list[Chapter]:
    return [Chapter(start, f"From {start:g}") for start in starts]


def test_chapters_that_cannot_be_of_this_video_are_left_out() -> None:
    chapters = [*at(30, 9000, 0, -5), Chapter(30, "The same moment"), Chapter(60, "  ")]
    assert within(chapters, 120, 110) == (Chapter(0, "From 0"), Chapter(30, "From 30"))
    assert within(at(math.nan, math.inf, 10), None, 100) == (Chapter(10, "From 10"),)


def test_what_is_said_lies_within_the_video_whatever_its_length_is_said_to_be() -> None:
    assert within(at(0, 90), 60, 100) == tuple(at(0, 90))
    assert within(at(0, 100), 60, 100) == tuple(at(0))


def test_no_section_lies_beyond_the_video_and_none_is_without_length() -> None:
    cues = tuple(spoken(TWO_SUBJECTS))
    video = Video(url=WATCH, duration=cues[-1].end, chapters=tuple(at(0, 30, 30, 9000)))
    said = talk_of(Transcript(video=video, cues=cues, language="en", source="captions"))
    sections = made("timestamped", said).sections
    assert [section.start for section in sections] == [0, 30]
    assert all(section.start < section.end and section.points for section in sections)
