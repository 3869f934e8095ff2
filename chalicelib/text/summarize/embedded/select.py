"""The best segments that do not repeat each other (maximal marginal relevance), under a budget of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.text.summarize.embedded.score import Scored, cosine

_RELEVANCE = 0.6
_TOLERANCE = 1.15
_CANDIDATES = 150
_WORDS_PER_CANDIDATE = 4
"""Of a large budget: what is not looked at cannot be chosen."""
_LEAST_WORDS = 4
"""What is shorter (`Mm-hmm. Yeah.`) repeats nothing and would win against what is only somewhat new."""
_SAME = 0.9
"""Cosine from which on one segment says what another has said."""
_FILLED = 6
"""Words left of a budget for which nothing more is looked for: what fits in says little."""


def select(
    talk: Scored,
    scores: Mapping[int, float] | Sequence[float],
    among: Sequence[int],
    budget: int,
    most: int | None = None,
    least: int = 1,
) -> tuple[int, ...]:
    """Indexes of segments, in order of time.

    `scores`: of all that are `among`. `budget`: words. `most`: segments. `least`: segments, even beyond the
    budget; fewer only where there are no more that say something else."""
    on_subject = [i for i in among if i not in talk.asides] or among
    telling = [i for i in on_subject if scores[i] > 0 and talk.segments[i].words >= _LEAST_WORDS]
    candidates = max(_CANDIDATES, budget // _WORDS_PER_CANDIDATE)
    ranked = sorted(telling or on_subject, key=lambda i: (-scores[i], i))[:candidates]
    likeness = dict.fromkeys(ranked, 0.0)
    left, chosen = budget, list[int]()
    while likeness and (left > _FILLED or len(chosen) < least) and len(chosen) != most:
        best = max(likeness, key=lambda i: (_RELEVANCE * scores[i] - (1 - _RELEVANCE) * likeness[i], -i))
        likeness_to_chosen = likeness.pop(best)
        if len(chosen) >= least and talk.segments[best].words > left * _TOLERANCE:
            continue
        if likeness_to_chosen >= _SAME or any(_text(talk, best) == _text(talk, i) for i in chosen):
            continue
        chosen.append(best)
        left -= talk.segments[best].words
        for i in likeness:
            likeness[i] = max(likeness[i], cosine(talk.vectors[i], talk.vectors[best]))
    return tuple(sorted(chosen))


def _text(talk: Scored, index: int) -> str:
    return talk.segments[index].text
