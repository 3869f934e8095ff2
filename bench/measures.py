"""How near a summary of a talk comes to what a person wrote, and how many planted facts it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from bench.rouge import rouge_l, rouge_n
from bench.talks import WrittenTalk


@dataclass(frozen=True)
class Measures:
    """Shares, 0 to 1; ROUGE as F1."""

    rouge_1: float
    rouge_2: float
    rouge_l: float
    facts: float

    def __str__(self) -> str:
        one, two, longest, facts = (100 * share for share in astuple(self))
        return f"{one:.1f} {two:4.1f} {longest:4.1f} {facts:3.0f} %"


def measure(talk: WrittenTalk, summary: str) -> Measures:
    reference = talk.reference
    return Measures(
        rouge_n(reference, summary, 1),
        rouge_n(reference, summary, 2),
        rouge_l(reference, summary),
        talk.covered(summary),
    )


def average(rows: Sequence[Measures]) -> Measures:
    """Of at least one."""
    columns = zip(*(astuple(row) for row in rows), strict=True)
    return Measures(*(sum(column) / len(rows) for column in columns))
