"""ROUGE F1 as the package rouge-score computes it without its stemmer: rouge1, rouge2, and rougeL, which is
the longest common subsequence of the two texts as a whole, not sentence by sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_TOKEN = re.compile(r"[a-z0-9]+")


def rouge_n(reference: str, summary: str, n: int) -> float:
    expected, found = _grams(_tokens(reference), n), _grams(_tokens(summary), n)
    return _f1((expected & found).total(), expected.total(), found.total())


def rouge_l(reference: str, summary: str) -> float:
    expected, found = _tokens(reference), _tokens(summary)
    return _f1(_common(expected, found), len(expected), len(found))


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.lower())


def _grams(tokens: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(tokens[at : at + n]) for at in range(len(tokens) - n + 1))


def _f1(common: int, expected: int, found: int) -> float:
    return 2 * common / (expected + found) if common else 0.0


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for token in one:
        before = 0
        for at, candidate in enumerate(other, start=1):
            above = row[at]
            row[at] = before + 1 if token == candidate else max(above, row[at - 1])
            before = above
    return row[-1]
