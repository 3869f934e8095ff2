"""Summaries of the hand-written talks beside other ways to the same number of words, and how long they take.

Each row is one length: `reference` is that of the written summary, which the embedded engine is given as its
budget in place of a mode's own; the other rows are what each mode came to by itself. At the number of words
that the embedded summary has, there are: the first words of the talk (lead-N), segments evenly spaced over
it, and sumy's LexRank and TextRank over the same segments. Shown are the means over the talks of ROUGE-1,
ROUGE-2 and ROUGE-L (F1 in percent), and of the share of planted facts that are covered.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from statistics import mean, median
from typing import TypeAlias

from bench import talks
from bench.embedded import by_mode, of_length, talk_from
from bench.measures import Measures, average, measure
from bench.rivals import RIVALS
from chalicelib.text.request import MODES
from chalicelib.text.summarize.embedded.engine import Embedded

ROUNDS = 5
LENGTHS = (9_000, 27_000)
ROWS = ("reference", *MODES)
COLUMNS = ("embedded", *RIVALS)

Extracts: TypeAlias = Mapping[str, Mapping[str, str]]
"""By row and column."""


def main() -> None:
    for form in talks.FORMS:
        print(f"\n{form}, {len(talks.load())} talks: ROUGE-1, ROUGE-2, ROUGE-L, facts covered")
        print(f"{'':13}{'words':>6}", *(f"{name:>22}" for name in COLUMNS))
        texts = {talk: extracts(talk, form) for talk in talks.load()}
        for row in ROWS:
            length = mean(len(talks.words(made[row]["embedded"])) for made in texts.values())
            cells = [_average(texts, row, column) for column in COLUMNS]
            print(f"{row:13}{length:6.0f}", *(f"{cell!s:>22}" for cell in cells))
    print(f"\nseconds from cues to all {len(MODES)} modes, median of {ROUNDS}")
    for form in talks.FORMS:
        print(f"{form:13}", *(f" {count:,} words {seconds(form, count):.2f}" for count in LENGTHS))


def extracts(written: talks.WrittenTalk, form: str) -> Extracts:
    talk = talk_from(talks.FORMS[form](written.text))
    segments = [segment.text for segment in talk.segments]
    ours = {"reference": of_length(talk, len(talks.words(written.reference))), **by_mode(talk)}
    return {
        row: {"embedded": text}
        | {name: rival(segments, len(talks.words(text))) for name, rival in RIVALS.items()}
        for row, text in ours.items()
    }


def _average(texts: Mapping[talks.WrittenTalk, Extracts], row: str, column: str) -> Measures:
    return average([measure(talk, made[row][column]) for talk, made in texts.items()])


def seconds(form: str, count: int) -> float:
    cues = talks.FORMS[form](talks.long_text(count))
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        Embedded().summarize(talk_from(cues), MODES, None)
        rounds.append(time.perf_counter() - start)
    return median(rounds)
