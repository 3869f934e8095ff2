"""Results to export, plain and hostile."""

from __future__ import annotations

from typing import Any

from chalicelib.text.result import Result
from chalicelib.text.summary import Point, Question, Section, Summary, Term
from chalicelib.text.transcript import Chapter, Cue, Transcript, Video

URL = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
HOSTILE = (
    "<script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/p.png)",
    "](https://evil.example) [",
    "<https://evil.example>",
    "`code` **bold** _it_ ~~gone~~ | cell |",
    "# heading",
    "- item",
    "1. item",
    "===",
    "---",
    "> quote",
    '=HYPERLINK("https://evil.example","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\uff1d1+1",
    'quo"te, comma',
    'hello;=cmd|calc!A1 | -1;"+2',
    "go to www.evil.example/x, https://evil.example. or me@evil.example",
    "null\x00bell\x07",
    "lone \ud800 surrogate \udfff",
    "turned \u202egnp.exe\u202c \u2066isolated\u2069",
    "emoji 😀 👩‍👩‍👧 🇫🇷 🏳️‍🌈",
    "one\n\ntwo\r\n\r\nthree\u2028\u2028four\x85\x85five",
    "00:00:01.000 --> 00:00:02.000",
    "a\n\nNOTE hidden\n\nSTYLE\n::cue { color: red }",
    "<v Nobody>voice</v> <00:00:01.000> <c.x>",
    "&lt;b&gt; &amp; &#60;",
    "{\\an8}{\\pos(1,1)} {y:i}",
    "{nb} ${x} %s {0} $(id) #{x}",
    "\ufeff\ufffe\uffff\U0010ffff",
    "e" + "\u0301" * 500,
    "",
    " \u00a0\u200b\u200e ",
)


def result(*cues: Cue, summaries: tuple[Summary, ...] = (), language: str = "en", **video: Any) -> Result:
    facts = {"url": URL, "title": "A title"} | video
    transcript = Transcript(video=Video(**facts), cues=cues, language=language, source="captions")
    return Result(transcript, summaries)


def spoken(*texts: str, seconds: float = 4.0) -> tuple[Cue, ...]:
    return tuple(Cue(index * seconds, seconds, text) for index, text in enumerate(texts))


def summary(text: str, language: str = "en") -> Summary:
    """With this text in each of its places."""
    points = (Point(text, 3.0, (0,)),)
    return Summary(
        mode="study_notes",
        engine="embedded",
        kind="extractive",
        language=language,
        overview=text,
        points=points,
        sections=(Section(text, 0.0, 8.0, points),),
        terms=(Term(text, text, 2.0),),
        questions=(Question(text, 1.0, text), Question(text)),
        covered_until=8.0,
    )


def hostile() -> Result:
    """Each hostile text in each place that takes text."""
    cues = tuple(Cue(index * 2.0, 2.0, text, text) for index, text in enumerate(HOSTILE))
    everything = " ".join(HOSTILE)
    return result(
        *cues,
        summaries=tuple(summary(text, text) for text in HOSTILE),
        language='en" onload="x',
        title=everything,
        author=everything,
        chapters=tuple(Chapter(index * 2.0, text) for index, text in enumerate(HOSTILE)),
        url="javascript:alert(1)//https://example.com",
    )
