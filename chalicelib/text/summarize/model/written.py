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
from chalicelib.text.summarize.model.whole import check_whole, first_sentences
from chalicelib.text.summary import Section, Summary
from chalicelib.text.transcript import Chapter

ALL_CHARACTERS = 60_000
"""Of all modes of one job."""
TLDR_SENTENCES, TLDR_CHARACTERS = 3, 700
_FOR_QUESTIONS = 0.4
"""Share of study notes that their sections leave to questions and terms."""


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
) -> Summary:
    """Raises Unusable if the answer holds nothing for this mode that cites a line, or too little."""
    answer = Answer(data.get(mode), source.lines, source.segments, source.shares[mode])
    filled = _FILL[mode](answer, source, assignment.chapters)
    check_whole(mode, filled, source.talk)
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


Filled = dict[str, Any]


def _tldr(answer: Answer, source: Source, _: Sequence[Chapter]) -> Filled:
    overview = answer.overview(TLDR_CHARACTERS) if answer.cites() else ""
    return {"overview": first_sentences(overview, source.talk.language, TLDR_SENTENCES)}


def _brief(answer: Answer, _: Source, __: Sequence[Chapter]) -> Filled:
    return {"overview": answer.overview(), "points": answer.points()}


def _detailed(answer: Answer, _: Source, __: Sequence[Chapter]) -> Filled:
    return {"overview": answer.overview(), "sections": answer.sections()}


def _study_notes(answer: Answer, source: Source, chapters: Sequence[Chapter]) -> Filled:
    answer.keep(_FOR_QUESTIONS)
    filled = _detailed(answer, source, chapters)
    answer.keep(0)
    return filled | {"questions": answer.questions(), "terms": answer.terms()}


def _key_insights(answer: Answer, _: Source, __: Sequence[Chapter]) -> Filled:
    return {"points": answer.points()}


def _timestamped(answer: Answer, source: Source, chapters: Sequence[Chapter]) -> Filled:
    return {"sections": _followed(answer, source, chapters) if chapters else _contiguous(answer, source)}


def _followed(answer: Answer, source: Source, chapters: Sequence[Chapter]) -> tuple[Section, ...]:
    """The author's chapters, also those on which the model has nothing to say."""
    end = max(source.talk.duration or 0, chapters[-1].start, max(s.end for s in source.segments.values()))
    ends = [chapter.start for chapter in chapters[1:]] + [end]
    return tuple(
        Section(chapter.title, chapter.start, until, answer.chapter(number, chapter.start, until))
        for number, (chapter, until) in enumerate(zip(chapters, ends, strict=True), 1)
    )


def _contiguous(answer: Answer, source: Source) -> tuple[Section, ...]:
    """The first begins with the talk, and each lasts until the next begins."""
    sections = answer.sections()
    starts = [source.talk.segments[0].start, *(section.start for section in sections[1:])]
    ends = [*starts[1:], source.covered_until]
    return tuple(
        Section(section.title, start, end, section.points)
        for section, start, end in zip(sections, starts, ends, strict=False)
    )


_FILL = {
    "tldr": _tldr,
    "brief": _brief,
    "detailed": _detailed,
    "study_notes": _study_notes,
    "timestamped": _timestamped,
    "key_insights": _key_insights,
}
