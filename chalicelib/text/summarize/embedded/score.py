"""How central each segment is: the one pass over a talk that all modes draw from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import chain
from math import log, log1p, sqrt
from typing import TypeAlias

from chalicelib.text.segments import Segment
from chalicelib.text.summarize.embedded.asides import asides
from chalicelib.text.summarize.embedded.terms import Terms, words
from chalicelib.text.summarize.embedded.words import BEGINS_AS_QUESTION, CHAT, ENDS_AS_QUESTION

Vector: TypeAlias = dict[str, float]

_CENTRE_TERMS = 200
_FULL_TERMS = 8
"""A segment with fewer different terms says little."""
_FOCUS_GAIN = 2.0
_QUESTION, _ASIDE = 0.6, 0.02
"""Instead of nothing: of a talk that is one greeting there is a summary, too."""


@dataclass(frozen=True)
class Scored:
    segments: Sequence[Segment]
    terms: Terms
    said: Sequence[Sequence[str]]
    """Words, by segment."""
    counts: Sequence[Counter[str]]
    """Of terms, by segment."""
    spread: Counter[str]
    """In how many segments a term is."""
    vectors: Sequence[Vector]
    """Of length one, or empty."""
    scores: Sequence[float]
    """0 to 1."""
    asides: frozenset[int]
    """Segments that are not about the subject."""
    questions: frozenset[int]
    """Segments that ask."""


def scored(segments: Sequence[Segment], terms: Terms, focus: Counter[str]) -> Scored:
    said = [words(segment.text) for segment in segments]
    counts = [terms.among(spoken) for spoken in said]
    spread = Counter(chain.from_iterable(counts))
    vectors = _vectors(counts, spread)
    aside = asides(segments, said, terms)
    centre = _centre(counts, spread, aside)
    central = normal([sum(x * centre.get(term, 0.0) for term, x in vector.items()) for vector in vectors])
    questions = frozenset(i for i, segment in enumerate(segments) if _is_question(segment.text))
    chat = CHAT.get(terms.language, frozenset())
    shares = [sum(word in chat for word in spoken) / max(1, len(spoken)) for spoken in said]
    scores = [
        score
        * _weight(len(counts[i]), i / len(segments), shares[i])
        * (_ASIDE if i in aside else 1.0)
        * (_QUESTION if i in questions else 1.0)
        for i, score in enumerate(central)
    ]
    focused = _focused(normal(scores), vectors, focus)
    return Scored(segments, terms, said, counts, spread, vectors, focused, aside, questions)


def _vectors(counts: Sequence[Counter[str]], spread: Counter[str]) -> list[Vector]:
    rarity = {term: log((1 + len(counts)) / (1 + n)) + 1 for term, n in spread.items()}
    return [_unit({t: (1 + log(n)) * rarity[t] for t, n in count.items()}) for count in counts]


def _centre(counts: Sequence[Counter[str]], spread: Counter[str], aside: Set[int]) -> Vector:
    """The terms that a talk returns to. Raw frequency alone would favour what is in every sentence."""
    telling = [count for i, count in enumerate(counts) if i not in aside] or counts
    total = Counter(chain.from_iterable(count.elements() for count in telling))
    weights = {
        term: log1p(n) * sqrt(n) * (log((1 + len(counts)) / (1 + spread[term])) + 0.3)
        for term, n in total.items()
        if spread[term] > 1
    }
    return dict(sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:_CENTRE_TERMS])


def _weight(terms: int, position: float, chat: float) -> float:
    weight = 0.4 + 0.6 * min(1.0, terms / _FULL_TERMS)
    weight *= 1 + 0.15 * max(0.0, 1 - 10 * position)
    return weight * (1 - 0.4 * min(1.0, 5 * chat))


def _is_question(text: str) -> bool:
    return bool(ENDS_AS_QUESTION.search(text[-5:]) or BEGINS_AS_QUESTION.match(text[:200]))


def _focused(scores: list[float], vectors: Sequence[Vector], focus: Counter[str]) -> list[float]:
    wanted = _unit({term: float(n) for term, n in focus.items()})
    likeness = normal([cosine(vector, wanted) for vector in vectors])
    # also lifts what is on the subject but not central at all
    return normal([s * (1 + _FOCUS_GAIN * x) + 0.3 * x for s, x in zip(scores, likeness, strict=True)])


def cosine(a: Vector, b: Vector) -> float:
    """Of two vectors of length one."""
    if len(b) < len(a):
        a, b = b, a
    return sum([x * b[term] for term, x in a.items() if term in b])


def _unit(vector: Vector) -> Vector:
    length = sqrt(sum(x * x for x in vector.values()))
    return {term: x / length for term, x in vector.items()} if length else {}


def normal(values: list[float]) -> list[float]:
    most = max(values, default=0.0)
    return [value / most for value in values] if most > 0 else values
