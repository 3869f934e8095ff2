from __future__ import annotations

import pytest

from chalicelib.text.sources.description import MAX_CHAPTERS, MAX_TITLE, chapters
from chalicelib.text.transcript import Chapter


@pytest.mark.parametrize(
    "lines",
    [
        "0:00 Start\n1:05 Middle",
        "00:00 - Start\n01:05 – Middle",
        "(0:00) Start\n(1:05) Middle",
        "[00:00:00] Start\n[00:01:05] Middle",
        "Start 0:00\nMiddle - 1:05",
        "1. 0:00 Start\n2. 1:05 Middle",
        "• 0:00 | Start\n• 1:05 | Middle",
        "Welcome!\n\n0:00  Start \nhttps://example.com\n1:05 Middle\n\nThanks",
        "0:00 Start\r\n1:05 Middle\r\n",
    ],
)
def test_the_usual_ways_to_write_chapters(lines: str) -> None:
    assert chapters(lines, 300) == (Chapter(0, "Start"), Chapter(65, "Middle"))


def test_hours_count() -> None:
    assert chapters("0:00 a\n59:59 b\n1:00:00 c\n10:02:03 d", None)[-1] == Chapter(36_123, "d")


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "no times at all",
        "0:00 Start",
        "0:10 Late\n0:20 Later",
        "0:00\n0:10",
        "0:00 ---\n0:10 ***",
        "see you at 12:30 in Rome\nor at 13:45 here",
        "score 3:0 and 2:1",
        "ratio 1:2:3:4 a\n1:2:3:4 b",
    ],
)
def test_what_are_no_chapters(lines: str) -> None:
    assert chapters(lines, 3600) == ()


def test_times_that_go_back_or_beyond_the_end_are_left_out() -> None:
    lines = "0:00 a\n0:30 b\n0:20 back\n0:30 again\n0:50 c\n9:00 beyond"
    assert [chapter.title for chapter in chapters(lines, 60)] == ["a", "b", "c"]


def test_titles_and_their_number_are_bounded() -> None:
    many = "\n".join(f"{n // 60}:{n % 60:02} {n:04}t" + "x" * 20 for n in range(500))
    assert len(chapters(many, None)) == MAX_CHAPTERS
    long = chapters("0:00 " + "x" * 5000 + "\n0:10 b", None)
    assert len(long[0].title) == MAX_TITLE


def test_a_hostile_description_is_read_at_once() -> None:
    assert chapters("0:00 a\n" + "1:" * 100_000, None) == ()
    assert len(chapters("0:00 a\n" + "1:11 " * 100_000, None)[1].title) == MAX_TITLE
