"""The modes: what each takes from one scored talk."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from chalicelib.text.summarize.embedded import notes
from chalicelib.text.summarize.embedded.chapters import Part, parts
from chalicelib.text.summarize.embedded.keyphrases import keyphrases
from chalicelib.text.summarize.embedded.phrases import Phrases, phrases
from chalicelib.text.summarize.embedded.readable import sentence
from chalicelib.text.summarize.embedded.score import Scored, normal
from chalicelib.text.summarize.embedded.select import select
from chalicelib.text.summarize.embedded.standing import standing
from chalicelib.text.summary import Point, Question, Section, Term
from chalicelib.text.transcript import Chapter

_TLDR_WORDS, _TLDR_SENTENCES = 45, (2, 3)
_TLDR_SENTENCE = 30
"""Words: with longer ones two would be a paragraph. Taken all the same where there are no shorter ones."""
_BRIEF_WORDS = (80, 105)
_BRIEF_SHARE = 0.02
_INSIGHT_WORDS = (120, 250)
_INSIGHT_SHARE = 0.12
_FEWEST_STRETCHES, _MOST_STRETCHES, _STRETCH_WORDS = 2, 6, 130
_NOTES_PER_PART, _NOTE_WORDS = 3, 60
_PHRASES, _TITLE_PHRASES = 6, 2
_TITLE_CHARACTERS = 70
_TWO_CUTS: Final = re.compile(r"…\s*…")


@dataclass(frozen=True)
class Modes:
    talk: Scored
    author_chapters: Sequence[Chapter]
    punctuated: bool

    def fill(self, mode: str) -> Mapping[str, Any]:
        """The fields of a Summary that are this mode's own."""
        return _FILL[mode](self)

    def tldr(self) -> Mapping[str, Any]:
        least, most = _TLDR_SENTENCES
        short = [i for i in self._all if self.talk.segments[i].words <= _TLDR_SENTENCE and self._standing[i]]
        among = short if len(short) > most else self._all
        return self._text(select(self.talk, self._standing, among, _TLDR_WORDS, most, least))

    def brief(self) -> Mapping[str, Any]:
        budget = _share(self._words(self._all), _BRIEF_SHARE, _BRIEF_WORDS)
        return self._text(select(self.talk, self._standing, self._all, budget))

    def key_insights(self) -> Mapping[str, Any]:
        budget = _share(self._words(self._all), _INSIGHT_SHARE, _INSIGHT_WORDS)
        return {"points": self._points(select(self.talk, self._standing, self._all, budget))}

    def timestamped(self) -> Mapping[str, Any]:
        return {"sections": tuple(self._section(part, self._best(part)) for part in self._parts)}

    def detailed(self) -> Mapping[str, Any]:
        return {"sections": tuple(self._section(part, self._stretched(part)) for part in self._parts)}

    def study_notes(self) -> Mapping[str, Any]:
        sections = (self._section(part, self._noted(part)) for part in self._parts)
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
        return phrases(self.talk.segments, self.talk.terms, self.talk.asides)

    @cached_property
    def _titles(self) -> Mapping[Part, str]:
        used: set[str] = set()
        made: dict[Part, str] = {}
        for part in self._parts:
            made[part] = part.title or self._title(part, used)
        return made

    @cached_property
    def _standing(self) -> list[float]:
        return standing(self.talk, self.punctuated)

    @cached_property
    def _defined(self) -> tuple[tuple[str, int], ...]:
        return notes.definitions(self.talk, self._said, self._standing)

    def _text(self, chosen: Sequence[int]) -> Mapping[str, Any]:
        points = self._points(chosen)
        between = "" if self.talk.terms.language in ("ja", "zh") else " "
        overview = between.join(point.text for point in points)
        return {"overview": _TWO_CUTS.sub("…", overview), "points": points}

    def _points(self, chosen: Sequence[int]) -> tuple[Point, ...]:
        return tuple(Point(self._sentence(i), self.talk.segments[i].start, (i,)) for i in chosen)

    def _sentence(self, index: int) -> str:
        return sentence(self.talk.segments, index, self.talk.terms.language, self.punctuated)

    def _section(self, part: Part, chosen: Sequence[int]) -> Section:
        return Section(self._titles[part], part.start, self._end(part), self._points(chosen))

    def _end(self, part: Part) -> float:
        following = [other.start for other in self._parts if other.start > part.start]
        return following[0] if following else max(part.start, self.talk.segments[-1].end)

    def _title(self, part: Part, used: set[str]) -> str:
        """Adds the words that it is made of to `used`: none of them is in a title again."""
        fresh = [phrase for phrase in self._phrases[part] if used.isdisjoint(self._meant(phrase))]
        if not fresh:
            return _headed(self._sentence(self._best(part)[0]))
        subjects = [phrase for phrase in fresh if notes.is_subject(self.talk, self._said, phrase)]
        chosen = subjects[:_TITLE_PHRASES] or fresh[:1]
        used.update(*map(self._meant, chosen))
        return _headed(", ".join(chosen))

    def _meant(self, phrase: str) -> frozenset[str]:
        return frozenset(self.talk.terms.of(phrase)) or frozenset([phrase])

    def _best(self, part: Part) -> tuple[int, ...]:
        among = range(part.first, part.last)
        return (max(among, key=lambda i: (self._standing[i], -i)),) if among else ()

    def _stretched(self, part: Part) -> tuple[int, ...]:
        """The best of each stretch of a part, so that none is left out."""
        words = max(1, self._words(range(part.first, part.last)))
        count = min(_MOST_STRETCHES, max(_FEWEST_STRETCHES, round(words / _STRETCH_WORDS)))
        stretches: list[list[int]] = [[] for _ in range(count)]
        begun = 0
        for i in range(part.first, part.last):
            if i not in self.talk.asides:
                stretches[count * begun // words].append(i)
            begun += self.talk.segments[i].words
        best = [max(stretch, key=lambda i: (self._standing[i], -i)) for stretch in stretches if stretch]
        return tuple(best) or self._best(part)

    def _noted(self, part: Part) -> tuple[int, ...]:
        """Few, and neither questions nor what stands among the terms already."""
        explained = {i for _, i in self._defined}
        every = range(part.first, part.last)
        among = [i for i in every if i not in explained and i not in self.talk.questions]
        among = among or list(every)
        inside = normal([self._standing[i] for i in among])
        scores = dict(zip(among, inside, strict=True))
        return select(self.talk, scores, among, _NOTE_WORDS, _NOTES_PER_PART)

    def _words(self, among: Sequence[int]) -> int:
        return sum(self.talk.segments[i].words for i in among)

    def _terms(self) -> tuple[Term, ...]:
        return tuple(Term(term, self._sentence(i), self.talk.segments[i].start) for term, i in self._defined)

    def _questions(self) -> tuple[Question, ...]:
        return tuple(
            Question(question, self.talk.segments[i].start, self._sentence(i))
            for question, i in notes.questions(self.talk, self._said, self._standing, self._phrases)
        )


def _headed(title: str) -> str:
    if len(title) > _TITLE_CHARACTERS:
        title = title[: _TITLE_CHARACTERS - 1].rstrip() + "…"
    return title[:1].upper() + title[1:]


def _share(words: int, share: float, bounds: tuple[int, int]) -> int:
    return min(bounds[1], max(bounds[0], round(words * share)))


_FILL: Final[Mapping[str, Callable[[Modes], Mapping[str, Any]]]] = {
    "tldr": Modes.tldr,
    "brief": Modes.brief,
    "key_insights": Modes.key_insights,
    "timestamped": Modes.timestamped,
    "detailed": Modes.detailed,
    "study_notes": Modes.study_notes,
}
