"""Summaries as text: readable as it is, harmless as Markdown."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib.text.content import render
from chalicelib.text.summary import Point, Question, Section, Summary, Term
from chalicelib.text.transcript import Video
from tests.text.spoken import WATCH

ROOT = Path(__file__).parents[2]
VIDEO = Video(url=WATCH)
POINTS = (Point("Mud settles.", 5.9, (0,)), Point("Walls help.", 3723, (1,)))
SECTIONS = (Section("The harbour", 0, 60, POINTS[:1]), Section("The wall", 60, 90, ()))


def rendered(mode: str, video: Video = VIDEO, **fields: Any) -> str:
    summary = Summary(
        mode=mode, engine="embedded", kind="extractive", language="en", covered_until=90, **fields
    )
    return render(summary, video)


@pytest.mark.parametrize("mode", ["tldr", "brief"])
def test_short_summaries_are_just_the_text(mode: str) -> None:
    assert rendered(mode, overview="Mud settles. Walls help.", points=POINTS) == "Mud settles. Walls help."


def test_insights_are_a_list_with_times() -> None:
    assert rendered("key_insights", points=POINTS) == (
        f"- [0:05]({WATCH}&t=5s) Mud settles.\n- [1:02:03]({WATCH}&t=3723s) Walls help."
    )


def test_a_timeline_names_every_chapter_with_a_link() -> None:
    assert rendered("timestamped", sections=SECTIONS) == (
        f"- [00:00]({WATCH}&t=0s) The harbour - Mud settles.\n- [01:00]({WATCH}&t=60s) The wall"
    )


def test_a_title_that_the_text_begins_with_is_not_said_twice() -> None:
    section = Section("Mud set…", 0, 60, POINTS[:1])
    assert rendered("timestamped", sections=(section,)) == f"- [00:00]({WATCH}&t=0s) Mud settles."


def test_details_are_headings_with_points() -> None:
    text = rendered("detailed", overview="In short.", sections=SECTIONS)
    assert text.split("\n\n") == [
        "In short.",
        f"## The harbour ([0:00]({WATCH}&t=0s))",
        f"- [0:05]({WATCH}&t=5s) Mud settles.",
        f"## The wall ([1:00]({WATCH}&t=60s))",
    ]


def test_notes_end_with_terms_and_questions() -> None:
    text = rendered(
        "study_notes",
        sections=SECTIONS[:1],
        terms=(Term("mud", "Wet earth.", 5),),
        questions=(Question("What settles?", 5, "Mud."), Question("Why?")),
    )
    assert text.split("\n\n")[2:] == [
        "## Terms",
        f"- **mud**: Wet earth. ([0:05]({WATCH}&t=5s))",
        "## Review questions",
        f"1. What settles? ([0:05]({WATCH}&t=5s))\n   - Mud.\n2. Why?",
    ]


def test_other_sites_are_linked_by_media_fragment() -> None:
    text = rendered("key_insights", Video(url="https://media.example/a.mp4"), points=POINTS[:1])
    assert text == "- [0:05](https://media.example/a.mp4#t=5) Mud settles."


def test_a_video_without_an_address_has_times_without_links() -> None:
    assert (
        rendered("key_insights", Video(url="javascript:alert(1)"), points=POINTS[:1])
        == "- [0:05] Mud settles."
    )


EVIL = "<script>x</script> [a](javascript:b) ![c](d) `e` \\ \n# f"


@pytest.mark.parametrize("mode", ["tldr", "brief", "key_insights", "timestamped", "detailed", "study_notes"])
def test_captions_can_be_no_link_no_html_and_no_heading(mode: str) -> None:
    point = Point(EVIL, 1, (0,))
    text = rendered(
        mode,
        overview=EVIL,
        points=(point,),
        sections=(Section(EVIL, 0, 1, (point,)),),
        terms=(Term(EVIL, EVIL, 0),),
        questions=(Question(EVIL, 0, EVIL),),
    )
    assert "<" not in text
    assert "](javascript" not in text.replace("\\]", "")
    assert "![" not in text
    assert "\n# f" not in text
    assert "`" not in text.replace("\\`", "")


@pytest.mark.parametrize("text", ["# Not a heading", "- not a list", "> not a quotation", "---"])
def test_an_overview_begins_no_structure(text: str) -> None:
    assert rendered("tldr", overview=text) == "\\" + text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1. first thing", "1\\. first thing"),
        ("23) thing", "23\\) thing"),
        ("1.5 litres", "1.5 litres"),
        ("1871 was wet", "1871 was wet"),
    ],
)
def test_an_overview_begins_no_numbered_list(text: str, shown: str) -> None:
    assert rendered("brief", overview=text) == shown


def test_addresses_are_no_links() -> None:
    text = "See https://evil.example/[x] or www.evil.example, me@evil.example."
    assert rendered("tldr", overview=text) == (
        "See `https://evil.example/`\\[x\\] or `www.evil.example`, `me@evil.example`."
    )


def test_rendering_loads_no_engine() -> None:
    program = "import sys, chalicelib.text.content; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    heavy = (
        "chalicelib.text.summarize",
        "chalicelib.text.segments",
        "stop_words",
        "snowballstemmer",
        "requests",
    )
    assert [name for name in done.stdout.split() if name.startswith(heavy)] == []
