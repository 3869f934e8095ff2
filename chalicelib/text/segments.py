"""Captions as sentence-like segments: the one unit of summaries, citations and chapters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import truediv
from statistics import median

from chalicelib.text.clauses import clauses, plain
from chalicelib.text.connectives import ABBREVIATIONS, ENDINGS
from chalicelib.text.language import base
from chalicelib.text.numerals import continued, numerals
from chalicelib.text.speakers import named
from chalicelib.text.timed_words import Word, joined, timed_words
from chalicelib.text.transcript import Cue

_SENTENCE_END = re.compile(r"[.?!…。！？؟।॥۔։።]+[\"'”’»)\]」』）]*$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+")
_WORDS_PER_SENTENCE = 60
"""On average, at most, in captions that have sentences."""
_SHORT = 4
_LONGEST_SENTENCE = 80
_LEAST, _USUAL, _MOST = 8, 22, 32
"""Words of a segment where there are no sentences."""
_LONG_PAUSE = 1.5
_UNUSUAL = 0.5
_COMMAS, _AT_COMMA, _ENDING = ",;:，、；،؛", 0.4, 0.5
_IN_NUMBER, _BEHIND_NUMBER = 20.0, 0.5
"""What speaks against a cut: within a number it comes only where there is no other place at all."""


@dataclass(frozen=True)
class Segment:
    index: int
    text: str
    start: float
    end: float
    words: int
    speaker: str | None = None


def split(cues: Sequence[Cue], language: str) -> tuple[Segment, ...]:
    """In order of time. Empty if nothing is said."""
    words = timed_words(named(cues))
    said = list(accumulate((word.size for word in words), initial=0.0))
    ends = {i for i, word in enumerate(words) if ends_sentence(word.text)}
    has_sentences = len(ends) * _WORDS_PER_SENTENCE >= max(1.0, said[-1])
    longest = _LONGEST_SENTENCE if has_sentences else _MOST
    spans = list(_spans(words, said, ends))
    endless = [(a, b) for a, b in spans if said[b] - said[a] > longest]
    signs = _signs(words, endless, base(language)) if endless else []
    parts = [part for a, b in spans for part in _cut(said, signs, a, b, longest)]
    return tuple(_segment(index, words[a:b]) for index, (a, b) in enumerate(parts))


def punctuated(segments: Sequence[Segment]) -> bool:
    """Whether most segments are sentences."""
    return 2 * sum(1 for segment in segments if _SENTENCE_END.search(segment.text)) > len(segments)


def _segment(index: int, words: Sequence[Word]) -> Segment:
    count = max(1, round(sum(word.size for word in words)))
    end = max(word.end for word in words)
    return Segment(index, joined(words), words[0].start, end, count, words[0].speaker)


def closed(text: str) -> bool:
    """Whether it ends as a sentence."""
    return ends_sentence(text.rsplit(None, 1)[-1])


def ends_sentence(word: str) -> bool:
    """Takes a word with what stands at it."""
    if word[-1].isalnum() or not _SENTENCE_END.search(word):
        return False
    bare = word.lower().strip("\"'”’»)]([“‘«")
    return bare not in ABBREVIATIONS and not _INITIALS.fullmatch(bare)


def _spans(words: Sequence[Word], said: Sequence[float], ends: set[int]) -> Iterator[tuple[int, int]]:
    """Sentences; very short ones together with the next of the same speaker."""
    a = 0
    for i in range(len(words)):
        last = i + 1 == len(words)
        turn = last or words[i + 1].speaker != words[i].speaker
        if turn or (i in ends and said[i + 1] - said[a] >= _SHORT):
            yield a, i + 1
            a = i + 1


def _pauses(words: Sequence[Word]) -> list[float]:
    """Seconds after each word beyond what its letters take at the usual pace."""
    steps = [later - earlier for earlier, later in pairwise([word.start for word in words])]
    letters = [len(word.text) + 1 for word in words[:-1]]
    pace = median(map(truediv, steps, letters)) if steps else 0.0
    return [seconds - pace * count for seconds, count in zip(steps, letters, strict=True)]


def _signs(words: Sequence[Word], spans: Sequence[tuple[int, int]], language: str) -> list[float]:
    """How much the pause and the words speak for a cut behind each word of the spans; 0 behind all others."""
    grammar, endings, counting = clauses(language), ENDINGS.get(language, ()), numerals(language)
    pauses = _pauses(words)
    found = [0.0] * len(words)
    for a, b in spans:
        texts = [word.text for word in words[a:b]]
        bare = [plain(text) or text for text in texts]
        in_number = continued(bare, language)
        for i, (word, first, second) in enumerate(zip(bare, bare[1:], [*bare[2:], ""], strict=False)):
            value = grammar.sign(word, first, second) + 2 * min(max(pauses[a + i], 0.0), _LONG_PAUSE)
            if endings and word.endswith(endings):
                value += _ENDING
            if texts[i][-1] in _COMMAS:
                value += _AT_COMMA
            if in_number[i]:
                value -= _IN_NUMBER
            elif word in counting:
                value -= _BEHIND_NUMBER
            found[a + i] = value
    return found


def _cut(
    said: Sequence[float], signs: Sequence[float], a: int, b: int, longest: int
) -> Iterator[tuple[int, int]]:
    """Between `a` and `b`, where pauses and words suggest it."""
    while b - a > 1 and said[b] - said[a] > longest:
        cut = _best_cut(said, signs, a, b)
        yield a, cut
        a = cut
    yield a, b


def _best_cut(said: Sequence[float], signs: Sequence[float], a: int, b: int) -> int:
    best, where = float("-inf"), a + 1
    for i in range(a, b - 1):
        words = said[i + 1] - said[a]
        if words > _MOST and where > a + 1:
            break
        if words < _LEAST:
            continue
        value = signs[i] - _UNUSUAL * abs(words - _USUAL) / _USUAL
        if value > best:
            best, where = value, i + 1
        if words > _MOST:
            break
    return where
