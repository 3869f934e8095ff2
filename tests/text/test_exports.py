"""What holds for every export, and the ones that programs read: JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import math
import subprocess
import sys

import pytest

from chalicelib.errors import InvalidRequest
from chalicelib.text.exports import FORMATS, filename, render
from chalicelib.text.result import Result
from chalicelib.text.transcript import Cue
from tests.text.exported import HOSTILE, hostile, result, spoken, summary

NOW = "2026-11-23T12:00:00Z"
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\uff1d")


def _rows(*cues: Cue) -> list[list[str]]:
    text = render(result(*cues), "csv").content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize("form", FORMATS)
def test_hostile_text_never_breaks_an_export(form: str) -> None:
    assert render(hostile(), form, NOW).content


@pytest.mark.parametrize("form", FORMATS)
def test_a_result_without_cues_and_title_is_exported_too(form: str) -> None:
    empty = render(result(title=None), form)
    assert empty.extension == form
    assert isinstance(empty.content, bytes)


@pytest.mark.parametrize("form", [name for name in FORMATS if name != "pdf"])
def test_every_text_is_utf_8_without_control_characters(form: str) -> None:
    text = render(hostile(), form, NOW).content.decode("utf-8")
    allowed = "\r\n" if form == "csv" else "\n"
    assert not [character for character in text if ord(character) < 32 and character not in allowed]


@pytest.mark.parametrize("form", [name for name in FORMATS if name not in ("pdf", "json")])
def test_no_text_turns_the_direction_of_what_follows_it(form: str) -> None:
    text = render(hostile(), form).content.decode()
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize("form", [name for name in FORMATS if name != "pdf"])
def test_a_word_of_a_hundred_thousand_characters_is_kept_whole(form: str) -> None:
    assert b"x" * 100_000 in render(result(*spoken("x" * 100_000)), form).content


def test_markdown_has_two_names() -> None:
    plain = result(*spoken("hello"))
    assert render(plain, "markdown") == render(plain, "md")
    assert filename(plain, "markdown") == "A title.md"


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidRequest, match="json, md, html, csv, txt, srt, vtt, pdf"):
        render(result(), "docx")
    with pytest.raises(InvalidRequest, match="format"):
        filename(result(), "../json")


def test_formats_are_loaded_when_they_are_asked_for_alone() -> None:
    code = (
        "import sys, chalicelib.text.exports as e; "
        "assert not {'fpdf', 'fontTools', 'uharfbuzz', 'chalicelib.text.exports.pdf'} & set(sys.modules); "
        "import chalicelib.text.exports.pdf; assert not {'fpdf', 'uharfbuzz'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_json_is_the_whole_result_again() -> None:
    whole = result(*spoken("héllo", "عالم"), summaries=(summary("a point"),))
    content = render(whole, "json").content
    assert Result.from_json(json.loads(content)) == whole
    assert "héllo" in content.decode()


def test_json_holds_nothing_that_strict_parsers_refuse() -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    odd = result(Cue(math.nan, math.inf, "lone \ud800"))
    [cue] = json.loads(render(odd, "json").content, parse_constant=refuse)["transcript"]["segments"]
    assert cue == {"start": None, "duration": None, "text": "lone \ufffd"}


def test_csv_has_a_row_for_each_cue() -> None:
    assert _rows(Cue(0.5, 1.25, 'say "hi", you', "Ann"), Cue(3, 1, "línea\n\ndos")) == [
        ["start", "end", "speaker", "text"],
        ["0.500", "1.750", "Ann", 'say "hi", you'],
        ["3.000", "4.000", "", "línea dos"],
    ]


def test_csv_begins_with_a_byte_order_mark_and_ends_every_line_with_crlf() -> None:
    content = render(result(*spoken("one", "two")), "csv").content
    assert content.startswith(b"\xef\xbb\xbfstart,")
    assert content.count(b"\n") == content.count(b"\r\n") == 3
    assert content.endswith(b"\r\n")


def test_no_cell_of_a_csv_is_a_formula() -> None:
    rows = _rows(*(Cue(0, 1, text, text) for text in HOSTILE))
    assert len(rows) == len(HOSTILE) + 1
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULAS)]
    assert [row[3] for row in rows if "calc" in row[3]] == ["hello;'=cmd|calc!A1 | '-1;\"'+2"]
    assert [row[3] for row in rows if "HYPERLINK" in row[3]] == ['\'=HYPERLINK("https://evil.example","x")']


@pytest.mark.parametrize("delimiter", [",", ";", "|"])
def test_no_cell_is_a_formula_to_a_reader_of_other_delimiters(delimiter: str) -> None:
    whole = result(*(Cue(0, 1, text, text) for text in HOSTILE))
    text = render(whole, "csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert not [cell for row in rows for cell in row if cell.strip().startswith(FORMULAS)]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Ünïcode 漢字 عربي", "Ünïcode 漢字 عربي.srt"),
        ("../../etc/passwd", "etc passwd.srt"),
        ("C:\\a\\b\x00\n\r\tc", "C a b c.srt"),
        ("  .hidden. ", "hidden.srt"),
        ("NUL", "_NUL.srt"),
        ("con.txt", "_con.txt.srt"),
        ("photo\u202egnp.exe", "photognp.exe.srt"),
        ("///", "dQw4w9WgXcQ.srt"),
        ("", "dQw4w9WgXcQ.srt"),
        (None, "dQw4w9WgXcQ.srt"),
        ('a"b<c>d|e?f*g', "a b c d e f g.srt"),
    ],
)
def test_a_file_is_named_after_the_title(title: str | None, expected: str) -> None:
    assert filename(result(title=title, video_id="dQw4w9WgXcQ"), "srt") == expected


def test_a_file_has_a_name_when_the_video_has_none() -> None:
    assert filename(result(title=" \u202e ", video_id="/"), "pdf") == "transcript.pdf"


@pytest.mark.parametrize("title", ["x" * 5000, "漢" * 5000, "👩‍👩‍👧" * 500, "ab " * 1000])
def test_a_long_title_makes_a_name_that_file_systems_take(title: str) -> None:
    name = filename(result(title=title), "html")
    assert len(name) <= 120
    assert len(name.encode()) <= 255
    assert name.endswith(".html")
    assert not name.endswith(" .html")
