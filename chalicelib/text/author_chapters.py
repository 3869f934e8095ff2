"""The chapters that a video's author gave it, as far as they can be chapters of this video. Pure, light."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chalicelib.text.transcript import Chapter


def within(chapters: Sequence[Chapter], duration: float | None, spoken_until: float) -> tuple[Chapter, ...]:
    """In order of time, with titles; of several that begin at one moment the first, and none that begins
    behind the end. Whether one does is known only where `duration` is."""
    end = math.inf if duration is None else max(duration, spoken_until)
    possible = [chapter for chapter in chapters if 0 <= chapter.start < end and chapter.title.strip()]
    by_start: dict[float, Chapter] = {}
    for chapter in possible:
        by_start.setdefault(chapter.start, chapter)
    return tuple(by_start[start] for start in sorted(by_start))
