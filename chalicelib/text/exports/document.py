"""A result as a document for reading: one list of blocks, which Markdown, HTML, text and PDF each write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from chalicelib.text.author_chapters import within
from chalicelib.text.exports.clean import line, seconds
from chalicelib.text.exports.languages import tag
from chalicelib.text.exports.times import clock
from chalicelib.text.result import Result
from chalicelib.text.summary import Point, Question, Summary, Term
from chalicelib.text.transcript import UNKNOWN_LANGUAGE, Chapter, Cue, Transcript

EXTRACTIVE: Final = "extractive"
_KINDS: Final = {
    EXTRACTIVE: "extractive: the video's own sentences",
    "abstractive": "abstractive: in the model's words",
}
_INSTRUCTIONS: Final = {
    "focus_terms": "as focus terms: what is said with their words weighs more",
    "wishes": "as wishes, of which the model was told",
}
_CAPTIONS: Final[Mapping[bool | None, str]] = {
    True: "made by a machine",
    False: "made by a person",
    None: "sent along, author unknown",
}
PARAGRAPH_SECONDS: Final = 30
"""Cues of one speaker are read as one paragraph up to this length."""


class Kind(Enum):
    TITLE = auto()
    FACT = auto()
    HEADING = auto()
    SUBHEADING = auto()
    TEXT = auto()
    ITEM = auto()


@dataclass(frozen=True)
class Block:
    kind: Kind
    text: str
    """One clean line."""
    language: str = ""
    """BCP 47; empty: English, the language of Batchreel's own words."""
    start: float | None = None
    """The time of the video it speaks of."""
    label: str = ""
    """What comes before the text: a speaker, a term, the name of a fact."""


def document(result: Result, now_iso: str | None) -> Iterator[Block]:
    video, language = result.transcript.video, tag(result.transcript.language)
    yield Block(Kind.TITLE, line(video.title or video.video_id or "Transcript"), language)
    yield from _facts(result.transcript, now_iso)
    for summary in result.summaries:
        yield from _summary(summary)
    if result.transcript.cues:
        yield Block(Kind.HEADING, "Transcript")
        yield from _paragraphs(result.transcript.cues, language)


def _facts(transcript: Transcript, now_iso: str | None) -> Iterator[Block]:
    video = transcript.video
    language = tag(transcript.language)
    facts = {
        "Video": video.url,
        "By": video.author,
        "Duration": None if video.duration is None else clock(video.duration),
        "Language": transcript.language_name or (language if language != UNKNOWN_LANGUAGE else None),
        "Captions": _CAPTIONS[transcript.is_generated],
        "Translated from": transcript.translated_from,
        "Exported": now_iso,
    }
    for label, text in facts.items():
        if text:
            yield Block(Kind.FACT, line(text), label=label)
    yield from _chapters(within(video.chapters, video.duration, seconds(transcript.covered_until)), language)


def _chapters(chapters: Sequence[Chapter], language: str) -> Iterator[Block]:
    if chapters:
        yield Block(Kind.HEADING, "Chapters")
    for chapter in chapters:
        yield Block(Kind.ITEM, line(chapter.title), language, chapter.start)


def _summary(summary: Summary) -> Iterator[Block]:
    language = tag(summary.language)
    yield Block(Kind.HEADING, f"Summary: {line(summary.mode).replace('_', ' ')}")
    yield from _made(summary)
    if summary.overview:
        yield Block(Kind.TEXT, line(summary.overview), language)
    if not (summary.overview and summary.kind == EXTRACTIVE):  # such an overview is its points
        yield from _points(summary.points, language)
    for section in summary.sections:
        yield Block(Kind.SUBHEADING, line(section.title), language, section.start)
        yield from _points(section.points, language)
    if summary.terms:
        yield Block(Kind.SUBHEADING, "Terms")
        yield from (_term(term, language) for term in summary.terms)
    if summary.questions:
        yield Block(Kind.SUBHEADING, "Questions")
        yield from (_question(question, language) for question in summary.questions)


def _made(summary: Summary) -> Iterator[Block]:
    """Who made it and how: nobody should take a quotation for a summary, or one engine for another."""
    how = _KINDS.get(summary.kind, summary.kind)
    model = f", model {summary.model}" if summary.model else ""
    applied = summary.custom_instructions_applied
    facts = {
        "Made by": f"{summary.engine}{model}; {how}",
        "Custom instructions": _INSTRUCTIONS.get(applied, applied) if applied else None,
        "Not by the configured model": summary.fallback_reason,
        "Covered until": clock(summary.covered_until),
    }
    yield from (Block(Kind.FACT, line(text), label=label) for label, text in facts.items() if text)


def _points(points: Iterable[Point], language: str) -> Iterator[Block]:
    for point in points:
        yield Block(Kind.ITEM, line(point.text), language, point.start)


def _term(term: Term, language: str) -> Block:
    return Block(Kind.ITEM, line(term.definition), language, term.start, label=line(term.term))


def _question(question: Question, language: str) -> Block:
    asked = line(question.question)
    if not question.answer:
        return Block(Kind.ITEM, asked, language, question.start)
    return Block(Kind.ITEM, line(question.answer), language, question.start, label=asked)


def _paragraphs(cues: Iterable[Cue], language: str) -> Iterator[Block]:
    said: list[str] = []
    start, speaker = 0.0, ""
    for cue in cues:
        text, voice = line(cue.text), line(cue.speaker or "")
        if said and (voice != speaker or cue.start - start >= PARAGRAPH_SECONDS):
            yield Block(Kind.TEXT, " ".join(said), language, start, speaker)
            said = []
        if text and not said:
            start, speaker = cue.start, voice
        if text:
            said.append(text)
    if said:
        yield Block(Kind.TEXT, " ".join(said), language, start, speaker)
