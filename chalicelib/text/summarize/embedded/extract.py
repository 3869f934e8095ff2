"""The segments that say most of a talk: centroid and maximal marginal relevance, without what a mode adds."""

from __future__ import annotations

from collections import Counter

from chalicelib.text.summarize.embedded.score import scored
from chalicelib.text.summarize.embedded.select import select
from chalicelib.text.summarize.embedded.terms import terms_of
from chalicelib.text.summarize.engine import Talk


def extract(talk: Talk, words: int) -> tuple[int, ...]:
    """Indexes of the best segments that together have about `words` words (at most 15 % more, but always
    one), in order of time. Empty if nothing is said.

    For comparisons at equal length, and for whoever wants the raw selection: `talk.segments[i].text` is what
    was said. The same talk always gives the same indexes.
    """
    made = scored(talk.segments, terms_of(talk), Counter())
    return select(made, made.scores, range(len(talk.segments)), words)
