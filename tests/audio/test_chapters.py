"""ffmpeg's text form of tags and chapters, and which of them a result may have."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.audio import chapters, ffmetadata, metadata
from chalicelib.audio.additions import prepare
from chalicelib.audio.ffmetadata import Chapter
from chalicelib.audio.kept import Kept
from chalicelib.audio.request import AudioRequest

STRANGE = "a=b;c#d\\e\nf [CHAPTER] ; é \\"


def test_what_is_written_can_be_read() -> None:
    tags = {"title": STRANGE, "we=ird": "x", "comment": "[CHAPTER]\n[STREAM]\n;no"}
    marks = [Chapter(0, 1.5, STRANGE), Chapter(1.5, 3600.25, "")]
    first, *others = ffmetadata.sections(ffmetadata.render(tags, marks))
    assert (first.kind, first.pairs) == ("", tags)
    assert [ffmetadata.chapter(each) for each in others] == marks


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "TIMEBASE=1/1000\nSTART=0",
        "TIMEBASE=1/0\nSTART=0\nEND=1",
        "TIMEBASE=x\nSTART=0\nEND=1",
        "TIMEBASE=1/1000\nSTART=nan\nEND=1",
        f"TIMEBASE=1/1000\nSTART={'9' * 400}\nEND=1",
    ],
)
def test_times_that_make_no_sense(lines: str) -> None:
    _, section = ffmetadata.sections(f"[CHAPTER]\n{lines}\ntitle=x\n")
    assert ffmetadata.chapter(section) is None


def test_of_two_tags_alike_the_first_counts() -> None:
    [section] = ffmetadata.sections("title=a\ntitle=b\nno pair\n=\n")
    assert section.pairs == {"title": "a"}


FOUND = (Chapter(20, 30, "c"), Chapter(0, 10, "a\x00\n b"), Chapter(10, 20, "t" * 300))


def test_chapters_come_in_order_and_clean() -> None:
    assert chapters.within(FOUND, 0, None) == (
        Chapter(0, 10, "a b"),
        Chapter(10, 20, "t" * 200),
        Chapter(20, 30, "c"),
    )


def test_chapters_of_a_part() -> None:
    part = chapters.within(FOUND, 5, 20)
    assert [(each.start, each.end, each.title[0]) for each in part] == [(0, 5, "a"), (5, 15, "t")]
    assert chapters.within(FOUND, 40, 50) == ()


def test_chapters_without_a_length_or_beyond_all_time() -> None:
    assert chapters.within([Chapter(5, 5, "x"), Chapter(9, 3, "y"), Chapter(1e20, 2e20, "z")], 0, None) == ()
    assert chapters.within([Chapter(-5, 5, "x")], 0, None) == (Chapter(0, 5, "x"),)


def test_chapters_as_comments() -> None:
    marks = [Chapter(0, 1, "a"), Chapter(3599.9996, 4000, "b"), Chapter(36061.5, 40000, "c")]
    assert chapters.comments(marks) == {
        "CHAPTER001": "00:00:00.000",
        "CHAPTER001NAME": "a",
        "CHAPTER002": "01:00:00.000",
        "CHAPTER002NAME": "b",
        "CHAPTER003": "10:01:01.500",
        "CHAPTER003NAME": "c",
    }


def test_only_what_was_asked_for_of_the_source_has_chapters(tmp_path: Path) -> None:
    known = Kept({}, FOUND, None)
    request = AudioRequest("u", "mp3", start=12, end=25)
    more = prepare(known, request, tmp_path / "source", lambda _: None)
    assert more.outputs == ("-map_chapters", "1")
    _, *others = ffmetadata.sections((tmp_path / "additions").read_text())
    found = [ffmetadata.chapter(each) for each in others]
    assert found == [Chapter(0, 8, "t" * 200), Chapter(8, 13, "c")]
    assert prepare(known, AudioRequest("u", "wav"), tmp_path / "source", lambda _: None).inputs == ()


def test_tags_are_known_ones_and_clean() -> None:
    found = {
        "TITLE": " a\r\n\tb\x00 ",
        "title": "second",
        "comment": "one\r\ntwo\rthree\x07",
        "album": " \n",
        "location": "+1+1/",
        "artist": "x" * 1000,
    }
    assert metadata.clean(found) == {"title": "a b", "comment": "one\ntwo\nthree", "artist": "x" * 500}
