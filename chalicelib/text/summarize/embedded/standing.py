"""How well each segment stands in a summary, where nothing is around it that it was said with."""

from __future__ import annotations

import re

from chalicelib.text.summarize.embedded.formulas import COURTESY
from chalicelib.text.summarize.embedded.score import Scored, normal
from chalicelib.text.summarize.embedded.words import CUES, DANGLING, NUMBER

_QUESTION, _COURTEOUS, _DANGLING, _LENGTHY = 0.35, 0.5, 0.8, 0.85
_SHORT, _LONG = 7, 35
"""Words of a sentence that stands well on its own."""
_CUE_GAIN, _MOST_CUES = 0.35, 2
"""Of reasons, numbers and conclusions: what is to be remembered is said with them."""


def standing(talk: Scored, punctuated: bool) -> list[float]:
    """Scores, 0 to 1."""
    language = talk.terms.language
    cues = CUES.get(language)
    # without punctuation a segment's first word says nothing about where its sentence begins
    dangling = DANGLING.get(language) if punctuated else None
    return normal(
        [score * _weight(talk, i, dangling) * _gain(talk, i, cues) for i, score in enumerate(talk.scores)]
    )


def _weight(talk: Scored, index: int, dangling: re.Pattern[str] | None) -> float:
    text, words = talk.segments[index].text, talk.segments[index].words
    courtesy = COURTESY.get(talk.terms.language)
    weight = _QUESTION if index in talk.questions else 1.0
    if courtesy and courtesy.share(text, talk.said[index]):
        weight *= _COURTEOUS
    if dangling and dangling.match(text):
        weight *= _DANGLING
    return weight * (_LENGTHY if words > _LONG else min(1.0, words / _SHORT))


def _gain(talk: Scored, index: int, cues: re.Pattern[str] | None) -> float:
    text = talk.segments[index].text
    found = len(NUMBER.findall(text)) + (len(cues.findall(text)) if cues else 0)
    return 1 + _CUE_GAIN * min(_MOST_CUES, found)
