"""Other ways to the same number of words: what the embedded summaries are held against."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.nlp.stemmers import Stemmer
from sumy.summarizers.lex_rank import LexRankSummarizer
from sumy.summarizers.text_rank import TextRankSummarizer
from sumy.utils import get_stop_words

from bench import talks
from bench.baselines import evenly, filled, lead

LANGUAGE = "english"


class Words:
    """sumy's own tokenizer downloads its data on first use."""

    def to_words(self, sentence: str) -> tuple[str, ...]:
        return tuple(talks.words(sentence))


def lex_rank(segments: Sequence[str], budget: int) -> str:
    return filled(segments, _ranked(LexRankSummarizer, tuple(segments)), budget)


def text_rank(segments: Sequence[str], budget: int) -> str:
    return filled(segments, _ranked(TextRankSummarizer, tuple(segments)), budget)


@cache
def _ranked(kind: Callable[..., Any], segments: tuple[str, ...]) -> tuple[int, ...]:
    """Indexes of the segments, best first. sumy gets the stemmer and stop words that its manual advises."""
    summarizer = kind(Stemmer(LANGUAGE))
    summarizer.stop_words = get_stop_words(LANGUAGE)
    sentences = [Sentence(segment, Words()) for segment in segments]
    order: list[int] = []

    def every(ranked: Sequence[Any]) -> Sequence[Any]:
        order.extend(row.order for row in ranked)
        return ranked

    summarizer(ObjectDocumentModel([Paragraph(sentences)]), every)
    return tuple(order)


RIVALS: Mapping[str, Callable[[Sequence[str], int], str]] = {
    "lead-N": lead,
    "evenly": evenly,
    "LexRank": lex_rank,
    "TextRank": text_rank,
}
