"""The phrases of a talk that could name a subject, and what tells that they do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple
from unicodedata import normalize

from chalicelib.text.segments import Segment
from chalicelib.text.summarize.embedded.nouns import BEFORE_NOUNS, BEFORE_VERBS, BEGIN_NAMES, SAY_LITTLE
from chalicelib.text.summarize.embedded.terms import GRAMMAR, WORD, Terms, normal
from chalicelib.text.timed_words import HAN_KANA, SOUTH_EAST

Key = tuple[str, ...]
"""Stems."""

LINKS = frozenset(
    {"of", "for", "in", "and", "to", "the", "de", "du", "la", "del", "da", "do", "di", "von", "und", "y"}
)
_CLAUSE = re.compile(
    r"[^\w\s'’\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0966-\u109f-]+"
)
_LONGEST = 3
_INFLECTED = frozenset({"ko"})
"""Languages in which two words in a row are mostly a piece of a sentence, not a name."""
_IDEOGRAPHS = re.compile("[\u4e00-\u9fff\u3005]{2,}|[\u30a0-\u30ff]{3,}")
_HAN_KANA = re.compile(f"[{HAN_KANA}]")
_SOUTH_EAST = re.compile(f"[{SOUTH_EAST}]")
_LONGEST_HAN = 6
_PARTICIPLE = re.compile(r"[a-z'-]{3,}[^e\W]ed")
"""English; `seed` and `speed` are none."""


class Phrase(NamedTuple):
    key: Key
    form: str
    """As it was said."""
    noun: int
    """1: what stands here names something. -1: it does not. 0: nothing tells."""


@dataclass(frozen=True)
class Phrases:
    said: Sequence[Sequence[Phrase]]
    """By segment."""
    times: Counter[Key]
    """How often each is said in the whole talk."""
    nouns: Counter[Key]
    """How often a phrase is a name of something, less how often it is not."""
    telling: bool
    """Whether the language has signs of nouns."""

    def names(self, key: Key) -> bool:
        """Whether a phrase can be a title."""
        if not self.telling or is_han(key):
            return True
        if len(key) == 1:
            return self.nouns[key] > 0
        whole, last = self.nouns[key], self.nouns[key[-1:]]
        return whole > 0 or (whole == 0 and last > 0 and self.nouns[key[:1]] >= 0)


def phrases(segments: Sequence[Segment], terms: Terms, asides: Set[int] = frozenset()) -> Phrases:
    """None of `asides`: indexes of segments that are not about the subject."""
    grammar = _grammar(terms.language)
    said = [
        () if i in asides else tuple(_phrases(segment.text, terms, grammar))
        for i, segment in enumerate(segments)
    ]
    times = Counter([phrase.key for found in said for phrase in found])
    nouns: Counter[Key] = Counter()
    for found in said:
        for key, _, noun in found:
            if noun:
                nouns[key] += noun
    return Phrases(said, times, nouns, terms.language in BEFORE_NOUNS)


def is_han(key: Key) -> bool:
    return bool(_HAN_KANA.match(key[0]))


class _Grammar(NamedTuple):
    before_nouns: frozenset[str]
    before_verbs: frozenset[str]
    begin_names: frozenset[str]
    say_little: frozenset[str]
    participle: re.Pattern[str] | None
    longest: int


def _grammar(language: str) -> _Grammar:
    none: frozenset[str] = frozenset()
    return _Grammar(
        BEFORE_NOUNS.get(language, none),
        BEFORE_VERBS.get(language, none),
        BEGIN_NAMES.get(language, none),
        SAY_LITTLE.get(language, none),
        _PARTICIPLE if language == "en" else None,
        1 if language in _INFLECTED else _LONGEST,
    )


def _phrases(text: str, terms: Terms, grammar: _Grammar) -> Iterator[Phrase]:
    if not text.isascii():
        text = normalize("NFKC", text)
        if _HAN_KANA.search(text):
            yield from _han(text)
            return
    for clause in _CLAUSE.split(text):
        if clause.isascii() or not _SOUTH_EAST.search(clause):
            yield from _spoken(WORD.findall(clause), terms, grammar)


def _spoken(forms: Sequence[str], terms: Terms, grammar: _Grammar) -> Iterator[Phrase]:
    plain = [normal(form) for form in forms]
    stems = [terms.stem(word) if len(word) > 2 and terms.carries(word) else "" for word in plain]
    stems.append("")
    for a, word in enumerate(plain):
        if not stems[a] and not (word in grammar.begin_names and stems[a + 1]):
            continue
        key: Key = ()
        for b in range(a, min(a + grammar.longest, len(plain))):
            stem = stems[b] or plain[b]
            if stem in key or not (stems[b] or b == a or plain[b] in LINKS):
                break
            key += (stem,)
            if stems[b] and not plain[b].endswith("'s"):
                # a word before another one that carries meaning only describes it
                noun = 0 if stems[b + 1] else _noun(forms, plain, a, b, grammar)
                yield Phrase(key, " ".join(forms[a : b + 1]), noun)


def _noun(forms: Sequence[str], plain: Sequence[str], a: int, b: int, grammar: _Grammar) -> int:
    if a == b and (plain[a] in grammar.say_little or plain[a].removesuffix("s") in grammar.say_little):
        return -1
    if a and forms[a][0].isupper() and forms[b][0].isupper():
        return 1
    if a == b and grammar.participle and grammar.participle.fullmatch(plain[a]):
        return -1
    before = plain[a - 1] if a else ""
    if a == b and before in grammar.before_verbs:
        return -1
    return int(before in grammar.before_nouns or before.isdigit())


def _han(text: str) -> Iterator[Phrase]:
    for run in _IDEOGRAPHS.findall(text):
        lengths = range(2, _LONGEST_HAN + 1) if run[0] < "\u30a0" or run[0] > "\u30ff" else (len(run),)
        for n in lengths:
            for i in range(len(run) - n + 1):
                form = run[i : i + n]
                if not GRAMMAR.intersection(form):
                    yield Phrase((form,), form, 0)
