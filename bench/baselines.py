"""Summaries that know nothing of the text: its first words, and segments evenly spaced over it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def lead(segments: Sequence[str], budget: int) -> str:
    """The first `budget` words."""
    return filled(segments, range(len(segments)), budget)


def evenly(segments: Sequence[str], budget: int) -> str:
    """As many segments as `budget` words need, at equal distances."""
    chosen: list[int] = []
    for count in range(1, len(segments) + 1):
        chosen = [int((at + 0.5) * len(segments) / count) for at in range(count)]
        if sum(len(segments[index].split()) for index in chosen) >= budget:
            break
    return filled(segments, chosen, budget)


def filled(segments: Sequence[str], ranked: Iterable[int], budget: int) -> str:
    """The first of `ranked` that make up `budget` words, the last of them cut, in the order of the talk."""
    chosen: dict[int, str] = {}
    left = budget
    for index in ranked:
        if left <= 0:
            break
        words = segments[index].split()[:left]
        chosen[index] = " ".join(words)
        left -= len(words)
    return " ".join(text for _, text in sorted(chosen.items()))
