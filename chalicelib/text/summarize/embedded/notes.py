"""For study notes: terms that the speaker explains, and questions that the talk answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set

from chalicelib.text.summarize.embedded.chapters import Part
from chalicelib.text.summarize.embedded.nouns import BELONGING
from chalicelib.text.summarize.embedded.phrases import Phrases
from chalicelib.text.summarize.embedded.score import Scored
from chalicelib.text.summarize.embedded.terms import words
from chalicelib.text.summarize.embedded.wording import DEFINITIONS, NEUTRAL, QUESTIONS

_LOOKED_AT = 600
"""Characters of a segment in which a definition is looked for."""
_LEAST_SCORE = 0.25
_MOST_TERMS = 20
_QUESTIONS_PER_PART, _SUBJECTS = 2, 4
_OFTEN, _LONG_TALK = 3, 20
"""Times that a word is said in a talk of so many segments, if it is about that."""
_CLAUSE = re.compile(r"[.,;:!?…]")
_EXPLANATION = 100
"""Characters of a clause behind a definition's verb."""


def definitions(talk: Scored, said: Phrases, scores: Sequence[float]) -> tuple[tuple[str, int], ...]:
    """Terms and the segments that explain them, in order of time; each term once, where it scores best."""
    found: dict[str, tuple[str, int]] = {}
    for i in sorted(range(len(talk.segments)), key=lambda i: (-scores[i], i)):
        if scores[i] < _LEAST_SCORE or len(found) == _MOST_TERMS:
            break
        for term in _defined(talk, said, i):
            found.setdefault(term.casefold(), (term, i))
    return tuple(sorted(found.values(), key=lambda pair: pair[1]))


def _defined(talk: Scored, said: Phrases, index: int) -> Iterator[str]:
    text = talk.segments[index].text[:_LOOKED_AT]
    for pattern in DEFINITIONS.get(talk.terms.language, ()):
        for match in pattern.finditer(text):
            term = _bare(talk, said, match["term"], text[: match.start()])
            if term and not _circular(talk, term, match, text):
                yield term
                return


def _bare(talk: Scored, said: Phrases, name: str, before: str) -> str:
    """Its last words that carry meaning: `that the lectin` is `lectin`. Empty if it is said only once, is no
    name, or only belongs to what is defined: `the side of the wall is a garden` defines no wall."""
    said_before, kept = words(before)[-2:], name.split()
    for at in range(len(kept) - 1, -1, -1):
        if not all(talk.terms.carries(part) for part in words(kept[at])):
            said_before, kept = [*said_before, *words(" ".join(kept[: at + 1]))][-2:], kept[at + 1 :]
            break
    if not kept or set(said_before) & BELONGING.get(talk.terms.language, frozenset()):
        return ""
    key = tuple(talk.terms.stem(word) for text in kept for word in words(text))
    known = any(talk.spread[term] > 1 for term in talk.terms.of(" ".join(kept)))
    return " ".join(kept) if known and said.names(key) else ""


def _circular(talk: Scored, term: str, match: re.Match[str], text: str) -> bool:
    """Whether it is explained by its own words: `the function is called a hash function`."""
    behind = "" if match.end() == match.end("term") else _CLAUSE.split(text[match.end() - 1 :])[0]
    explained = talk.terms.of(f"{match.group()} {behind[:_EXPLANATION]}")
    return explained.keys() <= talk.terms.of(term).keys()


def questions(
    talk: Scored, said: Phrases, scores: Sequence[float], phrases: Mapping[Part, Sequence[str]]
) -> tuple[tuple[str, int], ...]:
    """About the phrases of each part, with the segment that answers each best; nothing is asked twice."""
    weighty = {
        part: [phrase for phrase in found[:_SUBJECTS] if is_subject(talk, said, phrase)]
        for part, found in phrases.items()
    }
    return tuple(_asked(talk, scores, weighty if any(weighty.values()) else phrases))


def is_subject(talk: Scored, said: Phrases, phrase: str) -> bool:
    """Not a word that happens to stand where a noun would: several, or one that comes again as a noun."""
    key = tuple(talk.terms.stem(word) for word in words(phrase))
    if len(key) > 1 or not said.telling:
        return True
    times = _OFTEN if len(talk.segments) >= _LONG_TALK else 2
    return said.times[key] >= times and said.nouns[key] > 1 and talk.spread[key[0]] > 1


def _asked(
    talk: Scored, scores: Sequence[float], phrases: Mapping[Part, Sequence[str]]
) -> Iterator[tuple[str, int]]:
    wordings = QUESTIONS.get(talk.terms.language, NEUTRAL)
    asked: set[frozenset[str]] = set()
    answered: set[int] = set()
    for number, (part, subjects) in enumerate(phrases.items()):
        left = _QUESTIONS_PER_PART
        for subject in subjects[:_SUBJECTS]:
            meant = frozenset(talk.terms.of(subject))
            answer = None if meant in asked else _answer(talk, scores, part, meant)
            if answer is None or answer in answered or not left:
                continue
            yield wordings[(number + _QUESTIONS_PER_PART - left) % len(wordings)].format(subject), answer
            left -= 1
            asked.add(meant)
            answered.add(answer)


def _answer(talk: Scored, scores: Sequence[float], part: Part, wanted: Set[str]) -> int | None:
    having = [
        i
        for i in range(part.first, part.last)
        if wanted and wanted <= talk.counts[i].keys() and scores[i] >= _LEAST_SCORE
    ]
    return max(having, key=lambda i: (scores[i], -i)) if having else None
