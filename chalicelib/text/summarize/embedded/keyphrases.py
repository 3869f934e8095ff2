"""What a part of a talk is about, in a few of its own phrases."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import log

from chalicelib.text.summarize.embedded.phrases import LINKS, Key, Phrases, is_han
from chalicelib.text.summarize.embedded.score import Scored

_MUCH = 30
_EVERYWHERE = 0.3
_LEAST_WEIGHT = 0.25
"""Of a phrase in a segment that says nothing else."""


def keyphrases(talk: Scored, phrases: Phrases, first: int, last: int, most: int) -> tuple[str, ...]:
    """Best first, without words in common. Empty where no phrase names a subject."""
    counts: Counter[Key] = Counter()
    weights: dict[Key, float] = defaultdict(float)
    for i in range(first, last):
        weight = _LEAST_WEIGHT + talk.scores[i]
        for key, _, _ in phrases.said[i]:
            counts[key] += 1
            weights[key] += weight
    found: list[Key] = []
    for key in _ranked(talk, phrases, first, last, counts, weights):
        if not any(_overlap(key, other) for other in found):
            found.append(key)
        if len(found) == most:
            break
    forms: dict[Key, Counter[str]] = {key: Counter() for key in found}
    for i in range(first, last):
        for key, form, _ in phrases.said[i]:
            if key in forms:
                forms[key][form] += 1
    return tuple(
        min(written, key=lambda form: (-written[form], form.swapcase())) for written in forms.values()
    )


def _ranked(
    talk: Scored,
    phrases: Phrases,
    first: int,
    last: int,
    counts: Mapping[Key, int],
    weights: Mapping[Key, float],
) -> Iterator[Key]:
    names = [key for key in counts if phrases.names(key)]
    repeated = {key for key in names if counts[key] > 1 or (len(key) == 1 and len(counts) <= _MUCH)}
    longer = _longer(repeated, counts)
    rarity = _rarity(talk, first, last)
    known = [key for key in names if phrases.times[key] > 1 or key in repeated or not repeated]
    values = {key: _value(key, weights[key], rarity) for key in known}
    for key in sorted(values, key=lambda key: (key not in repeated, -values[key], key)):
        yield longer.get(key, key)


def _longer(keys: Iterable[Key], counts: Mapping[Key, int]) -> dict[Key, Key]:
    """For a word that is mostly said as a part of a name: that name."""
    found: dict[Key, Key] = {}
    for key in sorted(keys, key=lambda key: (len(key), counts[key], key)):
        for word in key if len(key) > 1 else ():
            if 2 * counts[key] > counts.get((word,), 0):
                found[(word,)] = key
    return found


def _rarity(talk: Scored, first: int, last: int) -> Callable[[str], float]:
    """How seldom a term is in the other parts: what is said everywhere tells no part from another."""
    inside = Counter(term for count in talk.counts[first:last] for term in count)
    others = len(talk.segments) - (last - first)

    def of(term: str) -> float:
        return _EVERYWHERE + log((1 + others) / (1 + talk.spread[term] - inside[term]))

    return of


def _value(key: Key, weight: float, rarity: Callable[[str], float]) -> float:
    if is_han(key):
        return weight * (len(key[0]) - 1.0)
    carrying = [rarity(term) for term in key if term not in LINKS]
    return weight * sum(carrying) / len(key) * (1 + 0.6 * (len(key) - 1))


def _overlap(a: Key, b: Key) -> bool:
    if len(a) == len(b) == 1 and is_han(a) and is_han(b):
        return bool(set(_pairs(a[0])) & set(_pairs(b[0])))
    return bool(set(a) & set(b))


def _pairs(text: str) -> list[str]:
    return [text[i : i + 2] for i in range(len(text) - 1)]
