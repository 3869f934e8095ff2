"""Markdown, HTML and text, read with real parsers."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from chalicelib.text.exports import render
from chalicelib.text.exports.languages import right_to_left
from chalicelib.text.exports.links import web
from chalicelib.text.result import Result
from chalicelib.text.summary import Point
from chalicelib.text.transcript import Chapter, Cue
from tests.text.exported import HOSTILE, URL, hostile, result, spoken, summary

_OWN_ELEMENTS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "h1",
    "h2",
    "h3",
    "p",
    "ul",
    "li",
    "a",
    "bdi",
    "span",
    "strong",
}
_NOT_HREF = ("src", "srcset", "onclick", "onerror", "onload", "action", "formaction", "background")


class _Seen(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = self.prose = ""
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self._open.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        if not {"a", "code"} & set(self._open):
            self.prose += data

    @property
    def links(self) -> set[str | None]:
        return {value for name, value in self.attributes if name == "href"}


def _html(whole: Result) -> str:
    return render(whole, "html", "2026-11-23T12:00:00Z").content.decode()


def _markdown(whole: Result) -> str:
    return render(whole, "md").content.decode()


def _from_markdown(whole: Result) -> _Seen:
    """As a renderer shows it that lets HTML, tables and strikethrough through."""
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return _Seen(reader.render(_markdown(whole)))


def test_a_page_holds_no_element_and_no_attribute_of_the_text() -> None:
    seen = _Seen(_html(hostile()))
    assert set(seen.elements) <= _OWN_ELEMENTS
    assert not [name for name, _ in seen.attributes if name in _NOT_HREF]
    assert not seen.links


def test_a_page_shows_hostile_text_as_it_was_written() -> None:
    seen = _Seen(_html(hostile()))
    for text in ("<script>alert(1)</script>", "[x](javascript:alert(1))", "&lt;b&gt; &amp; &#60;"):
        assert text in seen.text


def test_a_page_loads_nothing_and_forbids_scripts() -> None:
    page = _html(result(*spoken("hi")))
    assert "default-src 'none'" in page
    assert page.count("http") == page.count("http-equiv") + page.count(URL)


def test_a_page_is_written_in_the_direction_of_its_language() -> None:
    page = _html(result(*spoken("שלום"), language="he", summaries=(summary("Hello"),), title="שלום"))
    assert '<html lang="he" dir="rtl">' in page
    assert '<p lang="he" dir="rtl">' in page
    assert '<p lang="en" dir="ltr">' in page


def test_a_language_that_is_none_is_never_printed() -> None:
    page = _html(result(language='en"><script>'))
    assert '<html lang="und" dir="ltr">' in page


@pytest.mark.parametrize(
    ("language", "expected"),
    [(code, True) for code in ("ar", "AR", "he-IL", "fa", "ur-PK", "az-Arab")]
    + [(code, False) for code in ("en", "", "und", "pa-Guru", "ks-Deva")],
)
def test_the_script_decides_the_direction_before_the_language(language: str, expected: bool) -> None:
    assert right_to_left(language) is expected


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_structure_in_markdown(text: str) -> None:
    """Title, one cue: whatever they hold, there is one heading for each and one paragraph."""
    seen = _from_markdown(result(Cue(0, 1, text), title=text, url="ftp://x", video_id="x"))
    assert set(seen.elements) <= {"h1", "h2", "p", "ul", "li", "strong", "code"}
    assert seen.elements.count("h1") == 1
    assert seen.elements.count("ul") == 1
    assert not seen.links


def test_markdown_shows_hostile_text_as_it_was_written() -> None:
    seen = _from_markdown(hostile())
    for text in ("<script>alert(1)</script>", "[x](javascript:alert(1))", "&lt;b&gt; &amp; &#60;", "`code`"):
        assert text in seen.text
    assert not seen.links


_LINKED_BY_READERS = re.compile(
    r"[a-z]+://[^\s<]|www\.[^\s<]|[\w.+-]+@[\w-]+\.\w|\b[\w-]+\.(?:com|[a-z]{2})\b", re.IGNORECASE
)
"""What GitHub's and other readers make a link of in plain text."""


@pytest.mark.parametrize(
    "text",
    [
        *HOSTILE,
        "visit www.evil.example.",
        "(see http://evil.example/a_b*c?d=e&f#g)",
        "mailto:me@evil.example",
        "some.one+else@mail.evil.example, or evil.com",
        "HTTPS://EVIL.EXAMPLE",
        "`https://evil.example` \\https://evil.example",
        "x" * 70 + "@evil.example",
        "evil.co/path",
        "ftp://evil.example",
    ],
)
def test_no_address_in_markdown_becomes_a_link(text: str) -> None:
    seen = _from_markdown(result(Cue(0, 1, text), summaries=(summary(text),), title=text, chapters=()))
    assert not _LINKED_BY_READERS.search(seen.prose)
    assert all(link and link.startswith(URL) for link in seen.links)


@pytest.mark.parametrize(
    "text", ["at 3.5 km/h", "e.g. and/or", "U.S. and p.m.", "a.b", "No.5", "x@y", "end."]
)
def test_what_is_no_address_stays_prose(text: str) -> None:
    assert text in _from_markdown(result(Cue(0, 1, text))).prose


@pytest.mark.parametrize("form", ["md", "html"])
def test_times_open_the_video(form: str) -> None:
    whole = result(Cue(65, 4, "hi"), summaries=(summary("point"),), chapters=(Chapter(30, "Part"),))
    seen = _from_markdown(whole) if form == "md" else _Seen(_html(whole))
    assert {f"{URL}&t={seconds}s" for seconds in (0, 1, 2, 3, 30, 65)} <= seen.links
    assert "1:05" in seen.text


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://example.com/%0aalert(1)",
        "data:text/html,x",
        "vbscript:x",
        "ftp://example.com/x",
        "file:///etc/passwd",
        "//example.com",
        "http://",
        "http://[",
        "",
    ],
)
def test_only_web_addresses_are_links(url: str) -> None:
    assert web(url) is None
    assert not _Seen(_html(result(*spoken("hi"), url=url))).links
    assert not _from_markdown(result(*spoken("hi"), url=url)).links


def test_nothing_in_an_address_ends_its_link() -> None:
    url = "https://example.com/a>b)c\"d'e<f g\nh`i\\j(k)"
    whole = result(*spoken("hi"), url=url)
    for seen in (_from_markdown(whole), _Seen(_html(whole))):
        assert len(seen.links) == 2
        assert all(
            link and link.startswith("https://example.com/a%3Eb%29c%22d%27e%3Cf") for link in seen.links
        )


@pytest.mark.parametrize("form", ["md", "html", "txt"])
def test_summaries_come_with_all_their_parts_and_the_transcript_last(form: str) -> None:
    text = render(result(*spoken("what was said"), summaries=(summary("WHAT"),)), form).content.decode()
    assert text.count("WHAT") == 8
    for word in ("study notes", "Terms", "Questions", "Transcript", "what was said"):
        assert word in text
    assert text.index("study notes") < text.index("what was said")


@pytest.mark.parametrize("form", ["md", "html", "txt"])
def test_an_overview_of_quotations_is_not_told_again_as_points(form: str) -> None:
    made = replace(summary("Mud settles."), mode="tldr", sections=(), terms=(), questions=())
    text = render(result(summaries=(made,)), form).content.decode()
    assert text.count("Mud settles.") == 1
    written = replace(made, kind="abstractive", points=(Point("Walls help.", 3.0, (0,)),))
    text = render(result(summaries=(written,)), form).content.decode()
    assert (text.count("Mud settles."), text.count("Walls help.")) == (1, 1)


@pytest.mark.parametrize("form", ["md", "html", "txt"])
def test_it_is_told_who_made_a_summary_and_how(form: str) -> None:
    quoted = replace(
        summary("x"), custom_instructions_applied="focus_terms", fallback_reason="The model took too long"
    )
    model = replace(quoted, engine="bedrock", kind="abstractive", model="nova-1", fallback_reason=None)
    model = replace(model, custom_instructions_applied="wishes", covered_until=3723.0)
    told, by_model = (
        re.sub(r"[*\\]|<[^>]*>", "", render(result(summaries=(made,)), form).content.decode())
        for made in (quoted, model)
    )
    assert "Made by: embedded; extractive: the video" in told
    assert "Custom instructions: as focus terms" in told
    assert "Not by the configured model: The model took too long" in told
    assert "Covered until: 0:08" in told
    assert "Made by: bedrock, model nova-1; abstractive: in the model" in by_model
    assert "Custom instructions: as wishes" in by_model
    assert "Covered until: 1:02:03" in by_model
    assert "configured model" not in by_model


@pytest.mark.parametrize(
    ("is_generated", "told"),
    [
        (True, "made by a machine"),
        (False, "made by a person"),
        (None, "sent along, author unknown"),
    ],
)
def test_it_is_told_who_made_the_captions_if_anybody_knows(is_generated: bool | None, told: str) -> None:
    plain = result(*spoken("hi"), language="und")
    whole = replace(plain, transcript=replace(plain.transcript, is_generated=is_generated))
    text = render(whole, "txt").content.decode()
    assert f"Captions: {told}\n" in text
    assert "Language" not in text


def test_chapters_beyond_the_end_are_no_links() -> None:
    chapters = tuple(Chapter(start, f"From {start}") for start in (0, 30, 30.0, 9000))
    text = _markdown(result(*spoken("hi"), chapters=chapters, duration=120.0))
    assert [line for line in text.split("\n") if "From" in line] == [
        f"- [0:00](<{URL}&t=0s>) From 0",
        f"- [0:30](<{URL}&t=30s>) From 30",
    ]


def test_text_reads_as_paragraphs_of_one_speaker() -> None:
    cues = (Cue(0, 2, "a", "Ann"), Cue(2, 2, "b", "Ann"), Cue(4, 2, "c", "Bob"), Cue(40, 2, "d", "Bob"))
    text = render(result(*cues), "txt").content.decode()
    assert text.endswith("[0:00] Ann: a b\n\n[0:04] Bob: c\n\n[0:40] Bob: d\n")


@pytest.mark.parametrize("form", ["md", "html", "txt"])
def test_the_time_of_the_export_is_told_where_it_is_known(form: str) -> None:
    whole = result(*spoken("hi"))
    assert b"2026" in render(whole, form, "2026-11-23T12:00:00Z").content
    assert b"Exported" not in render(whole, form).content
