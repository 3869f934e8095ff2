"""Chapters of a talk that has none: where its words change most (TextTiling)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log, sqrt

from chalicelib.text.segments import Segment
from chalicelib.text.summarize.embedded.score import Scored
from chalicelib.text.transcript import Chapter

_FEWEST_SEGMENTS = 8
_MOST_CHAPTERS = 20
_PER_ROOT_MINUTE = 1.3
"""Long talks have more chapters than short ones, and longer ones."""
_WINDOW = (45.0, 150.0)
_LENGTH = (45.0, 90.0)
_SMOOTH = 2
_WORDS_PER_SECOND = 2.5
_FASTEST = 10.0
"""Words a second; what is faster has no real times."""


@dataclass(frozen=True)
class Part:
    """Segments `first` up to `last`, without it. None for `title`: the author gave none."""

    first: int
    last: int
    start: float
    title: str | None = None


def parts(talk: Scored, chapters: Sequence[Chapter]) -> tuple[Part, ...]:
    """Together all segments. The author's chapters if there are any, also those in which nothing is said."""
    named = _by_author(talk.segments, chapters)
    if named:
        return named
    firsts = [0, *_boundaries(talk)]
    lasts = [*firsts[1:], len(talk.segments)]
    return tuple(Part(a, b, talk.segments[a].start) for a, b in zip(firsts, lasts, strict=True))


def _by_author(segments: Sequence[Segment], chapters: Sequence[Chapter]) -> tuple[Part, ...]:
    if not chapters or segments[-1].end <= 0:
        return ()
    starts = [segment.start for segment in segments]
    firsts = [bisect_left(starts, chapter.start) for chapter in chapters]
    lasts = [*firsts[1:], len(segments)]
    made = [
        Part(a, b, chapter.start, " ".join(chapter.title.split()))
        for a, b, chapter in zip(firsts, lasts, chapters, strict=True)
    ]
    return tuple(([Part(0, firsts[0], starts[0])] if firsts[0] else []) + made)


def _boundaries(talk: Scored) -> list[int]:
    """First segments of all chapters but the first."""
    times = _clock(talk.segments)
    duration = times[-1] - times[0]
    shortest = min(_LENGTH[1], max(_LENGTH[0], duration / 8))
    if len(talk.segments) < _FEWEST_SEGMENTS or duration < 2 * shortest:
        return []
    wanted = min(_MOST_CHAPTERS, max(1, round(_PER_ROOT_MINUTE * sqrt(duration / 60)))) - 1
    depths = _depths(_smooth(_likeness(talk, times[:-1], min(_WINDOW[1], max(_WINDOW[0], duration / 8)))))
    chosen: list[int] = []
    for i in sorted(range(1, len(depths)), key=lambda i: (-depths[i], i)):
        edges = [times[0], times[-1], *(times[j] for j in chosen)]
        if len(chosen) == wanted or depths[i] <= 0:
            break
        if all(abs(times[i] - edge) >= shortest for edge in edges):
            chosen.append(i)
    return sorted(chosen)


def _clock(segments: Sequence[Segment]) -> list[float]:
    """When each segment starts, and when the last one ends; at a usual pace where the times mean nothing."""
    words = list(accumulate((segment.words for segment in segments), initial=0))
    if words[-1] > _FASTEST * (segments[-1].end - segments[0].start):
        return [count / _WORDS_PER_SECOND for count in words]
    return [*(segment.start for segment in segments), segments[-1].end]


class _Windows:
    """The words left and right of a place, and how alike they are, kept up to date while it moves."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._left: Counter[str] = Counter()
        self._right: Counter[str] = Counter()
        self._product = self._left_square = self._right_square = 0.0

    def left(self, counts: Mapping[str, int], sign: int) -> None:
        for term, n in self._known(counts):
            weight, old = self._weights[term], self._left[term]
            self._left[term] = new = old + sign * n
            self._product += weight * (new - old) * self._right[term]
            self._left_square += weight * (new * new - old * old)

    def right(self, counts: Mapping[str, int], sign: int) -> None:
        for term, n in self._known(counts):
            weight, old = self._weights[term], self._right[term]
            self._right[term] = new = old + sign * n
            self._product += weight * (new - old) * self._left[term]
            self._right_square += weight * (new * new - old * old)

    def likeness(self) -> float:
        square = self._left_square * self._right_square
        return self._product / sqrt(square) if square > 0 else 0.0

    def _known(self, counts: Mapping[str, int]) -> Iterable[tuple[str, int]]:
        return ((term, n) for term, n in counts.items() if term in self._weights)


def _likeness(talk: Scored, times: Sequence[float], window: float) -> list[float]:
    """Before each segment; of the first it is that of the second."""
    counts, n = talk.counts, len(talk.counts)
    weights = {term: log((1 + n) / (1 + k)) ** 2 for term, k in talk.spread.items() if k > 1}
    windows, found = _Windows(weights), list[float]()
    low = high = 0
    for i in range(1, n):
        a = min(i - 1, bisect_left(times, times[i] - window))
        b = max(i + 1, bisect_right(times, times[i] + window))
        windows.left(counts[i - 1], +1)
        for j in range(max(high, i - 1), b):
            windows.right(counts[j], +1)
        high = max(high, b)
        windows.right(counts[i - 1], -1)
        for j in range(low, a):
            windows.left(counts[j], -1)
        low = max(low, a)
        found.append(windows.likeness())
    return found[:1] + found


def _smooth(values: Sequence[float]) -> list[float]:
    spans = (values[max(0, i - _SMOOTH) : i + _SMOOTH + 1] for i in range(len(values)))
    return [sum(span) / len(span) for span in spans]


def _depths(values: Sequence[float]) -> list[float]:
    """How far the likeness falls here below the nearest peaks on both sides."""
    return [
        a + b - 2 * value
        for a, b, value in zip(_climb(values), reversed(_climb(values[::-1])), values, strict=True)
    ]


def _climb(values: Sequence[float]) -> list[float]:
    """The peak that is reached by going back from each place without descending."""
    peaks: list[float] = []
    for i, value in enumerate(values):
        peaks.append(peaks[-1] if i and values[i - 1] >= value else value)
    return peaks
