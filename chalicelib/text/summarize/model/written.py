"""A summary of one mode out of a model's answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.text.segments import Segment
from chalicelib.text.summarize.engine import Talk
from chalicelib.text.summarize.model.check import Answer
from chalicelib.text.summarize.model.lines import Line
from chalicelib.text.summarize.model.prompt import Assignment, answer_tokens, is_language
from chalicelib.text.summary import Section, Summary
from chalicelib.text.transcript import Chapter

ALL_CHARACTERS = 60_000
"""Of all modes of one job."""


@dataclass(frozen=True)
class Source:
    """What a model was given to read."""

    talk: Talk
    lines: Sequence[Line]
    segments: Mapping[int, Segment]
    covered_until: float
    shares: Mapping[str, int]
    """Characters that each mode may fill."""


def shares(whole: Assignment) -> dict[str, int]:
    """No mode can take what the others need."""
    chapters = len(whole.chapters)
    total = answer_tokens(whole.modes, chapters)
    return {mode: ALL_CHARACTERS * answer_tokens([mode], chapters) // total for mode in whole.modes}


def summary(
    mode: str, data: Mapping[str, Any], source: Source, assignment: Assignment, engine: str, model: str
) -> Summary | None:
    """None if the answer holds nothing for this mode, or nothing that cites a line."""
    answer = Answer(data.get(mode), source.lines, source.segments, source.shares[mode])
    filled = _FILL[mode](answer, source, assignment.chapters)
    if filled is None:
        return None
    return Summary(
        mode=mode,
        engine=engine,
        kind="abstractive",
        model=model,
        language=_language(data.get("language"), assignment),
        covered_until=source.covered_until,
        custom_instructions_applied="wishes" if assignment.wishes else None,
        **filled,
    )


def _language(told: Any, assignment: Assignment) -> str:
    """Wishes may have changed it; only then, or if nobody knows it, is the model believed."""
    unsure = assignment.wishes or not is_language(assignment.language)
    return told if unsure and isinstance(told, str) and is_language(told) else assignment.language


Filled = dict[str, Any] | None


def _tldr(answer: Answer, _: Source, __: Sequence[Chapter]) -> Filled:
    overview = answer.overview()
    return {"overview": overview} if overview and answer.cites() else None


def _brief(answer: Answer, _: Source, __: Sequence[Chapter]) -> Filled:
    overview, points = answer.overview(), answer.points()
    return {"overview": overview, "points": points} if overview and points else None


def _detailed(answer: Answer, _: Source, __: Sequence[Chapter]) -> Filled:
    overview, sections = answer.overview(), answer.sections()
    return {"overview": overview, "sections": sections} if sections else None


def _study_notes(answer: Answer, source: Source, chapters: Sequence[Chapter]) -> Filled:
    filled = _detailed(answer, source, chapters)
    return filled and filled | {"terms": answer.terms(), "questions": answer.questions()}


def _key_insights(answer: Answer, _: Source, __: Sequence[Chapter]) -> Filled:
    points = answer.points()
    return {"points": points} if points else None


def _timestamped(answer: Answer, source: Source, chapters: Sequence[Chapter]) -> Filled:
    sections = _followed(answer, source, chapters) if chapters else _contiguous(answer, source)
    return {"sections": sections} if any(section.points for section in sections) else None


def _followed(answer: Answer, source: Source, chapters: Sequence[Chapter]) -> tuple[Section, ...]:
    """The author's chapters, also those on which the model has nothing to say."""
    end = max(source.talk.duration or 0, chapters[-1].start, max(s.end for s in source.segments.values()))
    ends = [chapter.start for chapter in chapters[1:]] + [end]
    return tuple(
        Section(chapter.title, chapter.start, until, answer.chapter(number, chapter.start, until))
        for number, (chapter, until) in enumerate(zip(chapters, ends, strict=True), 1)
    )


def _contiguous(answer: Answer, source: Source) -> tuple[Section, ...]:
    """Each lasts until the next begins."""
    sections = answer.sections()
    ends = [section.start for section in sections[1:]] + [source.covered_until]
    return tuple(
        Section(section.title, section.start, end, section.points)
        for section, end in zip(sections, ends, strict=True)
    )


_FILL = {
    "tldr": _tldr,
    "brief": _brief,
    "detailed": _detailed,
    "study_notes": _study_notes,
    "timestamped": _timestamped,
    "key_insights": _key_insights,
}
