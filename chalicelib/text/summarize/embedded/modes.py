"""The modes: what each takes from one scored talk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from chalicelib.text.summarize.embedded import notes
from chalicelib.text.summarize.embedded.chapters import Part, parts
from chalicelib.text.summarize.embedded.keyphrases import keyphrases
from chalicelib.text.summarize.embedded.phrases import Phrases, phrases
from chalicelib.text.summarize.embedded.readable import sentence
from chalicelib.text.summarize.embedded.score import Scored, is_question, normal
from chalicelib.text.summarize.embedded.select import select
from chalicelib.text.summarize.embedded.words import CUES, DANGLING, INTRODUCTION, NUMBER
from chalicelib.text.summary import Point, Question, Section, Term
from chalicelib.text.transcript import Chapter

_TLDR_WORDS, _TLDR_SENTENCES = 45, 3
_BRIEF_WORDS = (80, 105)
_BRIEF_SHARE = 0.02
_INSIGHT_WORDS = (120, 250)
_INSIGHT_SHARE = 0.12
_PART_WORDS = (50, 120)
_PART_SHARE = 0.15
_NOTES_PER_PART = 3
_PHRASES = 6
_TITLE_CHARACTERS = 70
_CUE_GAIN, _MOST_CUES = 0.35, 2
_SHORT, _LONG = 7, 35
"""Words of a sentence that stands well on its own."""


@dataclass(frozen=True)
class Modes:
    talk: Scored
    author_chapters: Sequence[Chapter]
    punctuated: bool

    def fill(self, mode: str) -> Mapping[str, Any]:
        """The fields of a Summary that are this mode's own."""
        return _FILL[mode](self)

    def tldr(self) -> Mapping[str, Any]:
        among = [i for i in self._all if self.talk.segments[i].words <= _TLDR_WORDS] or self._all
        return self._text(select(self.talk, self._alone, among, _TLDR_WORDS, _TLDR_SENTENCES))

    def brief(self) -> Mapping[str, Any]:
        budget = _share(self._words(self._all), _BRIEF_SHARE, _BRIEF_WORDS)
        return self._text(select(self.talk, self._alone, self._all, budget))

    def key_insights(self) -> Mapping[str, Any]:
        budget = _share(self._words(self._all), _INSIGHT_SHARE, _INSIGHT_WORDS)
        cues = CUES.get(self.talk.terms.language)
        scores = [
            score * (1 + _CUE_GAIN * min(_MOST_CUES, _found(cues, text) + _found(NUMBER, text)))
            for score, text in zip(self._alone, (s.text for s in self.talk.segments), strict=True)
        ]
        return {"points": self._points(select(self.talk, normal(scores), self._all, budget))}

    def timestamped(self) -> Mapping[str, Any]:
        return {"sections": tuple(self._section(part, self._best(part)) for part in self._parts)}

    def detailed(self) -> Mapping[str, Any]:
        return {"sections": tuple(self._section(part, self._chosen(part)) for part in self._parts)}

    def study_notes(self) -> Mapping[str, Any]:
        sections = (self._section(part, self._chosen(part, _NOTES_PER_PART)) for part in self._parts)
        return {"sections": tuple(sections), "terms": self._terms(), "questions": self._questions()}

    @cached_property
    def _all(self) -> range:
        return range(len(self.talk.segments))

    @cached_property
    def _parts(self) -> tuple[Part, ...]:
        return parts(self.talk, self.author_chapters)

    @cached_property
    def _phrases(self) -> Mapping[Part, tuple[str, ...]]:
        return {
            part: keyphrases(self.talk, self._said, part.first, part.last, _PHRASES) for part in self._parts
        }

    @cached_property
    def _said(self) -> Phrases:
        return phrases(self.talk.segments, self.talk.terms)

    @cached_property
    def _titles(self) -> Mapping[Part, str]:
        used: list[frozenset[str]] = []
        made: dict[Part, str] = {}
        for part in self._parts:
            made[part] = part.title or self._title(part, used)
        return made

    @cached_property
    def _alone(self) -> list[float]:
        """Scores for sentences that are to be read out of their context."""
        return normal([score * self._standing(i) for i, score in enumerate(self.talk.scores)])

    def _standing(self, index: int) -> float:
        text, language = self.talk.segments[index].text, self.talk.terms.language
        weight = 1.0
        if is_question(text):
            weight *= 0.5
        introduction = INTRODUCTION.get(language)
        if introduction and introduction.search(text):
            weight *= 0.5
        # without punctuation a segment's first word says nothing about where its sentence begins
        dangling = DANGLING.get(language) if self.punctuated else None
        if dangling and dangling.match(text):
            weight *= 0.8
        words = self.talk.segments[index].words
        return weight if _SHORT <= words <= _LONG else weight * 0.85

    def _text(self, chosen: Sequence[int]) -> Mapping[str, Any]:
        points = self._points(chosen)
        between = "" if self.talk.terms.language in ("ja", "zh") else " "
        return {"overview": between.join(point.text for point in points), "points": points}

    def _points(self, chosen: Sequence[int]) -> tuple[Point, ...]:
        return tuple(Point(self._sentence(i), self.talk.segments[i].start, (i,)) for i in chosen)

    def _sentence(self, index: int) -> str:
        return sentence(self.talk.segments, index, self.talk.terms.language, self.punctuated)

    def _section(self, part: Part, chosen: Sequence[int]) -> Section:
        return Section(self._titles[part], part.start, self._end(part), self._points(chosen))

    def _end(self, part: Part) -> float:
        following = [other.start for other in self._parts if other.start > part.start]
        return following[0] if following else max(part.start, self.talk.segments[-1].end)

    def _title(self, part: Part, used: list[frozenset[str]]) -> str:
        """Adds what it is made of to `used`; nothing of that is a title again."""
        best, *others = self._phrases[part] or ("",)
        for pair in [(best, other) for other in others] + [(best,)] if best else []:
            if not any(frozenset(pair) <= earlier for earlier in used):
                used.append(frozenset(pair))
                return _headed(", ".join(pair))
        return _headed(self._sentence(self._best(part)[0]))

    def _best(self, part: Part) -> tuple[int, ...]:
        among = range(part.first, part.last)
        return (max(among, key=lambda i: (self._alone[i], -i)),) if among else ()

    def _chosen(self, part: Part, most: int | None = None) -> tuple[int, ...]:
        among = range(part.first, part.last)
        inside = normal([self._alone[i] for i in among])
        scores = dict(zip(among, inside, strict=True))
        return select(self.talk, scores, among, _share(self._words(among), _PART_SHARE, _PART_WORDS), most)

    def _words(self, among: Sequence[int]) -> int:
        return sum(self.talk.segments[i].words for i in among)

    def _terms(self) -> tuple[Term, ...]:
        return tuple(
            Term(term, self._sentence(i), self.talk.segments[i].start)
            for term, i in notes.definitions(self.talk, self._said, self._alone)
        )

    def _questions(self) -> tuple[Question, ...]:
        return tuple(
            Question(question, self.talk.segments[i].start, self._sentence(i))
            for question, i in notes.questions(self.talk, self._alone, self._phrases)
        )


def _headed(title: str) -> str:
    if len(title) > _TITLE_CHARACTERS:
        title = title[: _TITLE_CHARACTERS - 1].rstrip() + "…"
    return title[:1].upper() + title[1:]


def _share(words: int, share: float, bounds: tuple[int, int]) -> int:
    return min(bounds[1], max(bounds[0], round(words * share)))


def _found(pattern: Any, text: str) -> int:
    return len(pattern.findall(text)) if pattern else 0


_FILL: Final[Mapping[str, Callable[[Modes], Mapping[str, Any]]]] = {
    "tldr": Modes.tldr,
    "brief": Modes.brief,
    "key_insights": Modes.key_insights,
    "timestamped": Modes.timestamped,
    "detailed": Modes.detailed,
    "study_notes": Modes.study_notes,
}
