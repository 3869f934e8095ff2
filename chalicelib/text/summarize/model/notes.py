"""A talk too long for one call is read in parts, side by side; its notes are the lines of the next call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from chalicelib.text.segments import Segment
from chalicelib.text.summarize.model.calls import Calls
from chalicelib.text.summarize.model.check import Answer
from chalicelib.text.summarize.model.lines import Line, parts
from chalicelib.text.summarize.model.prompt import Assignment, prompt
from chalicelib.text.summarize.model.provider import ModelError
from chalicelib.text.summarize.model.schema import NOTES
from chalicelib.text.summarize.model.window import Window
from chalicelib.text.summary import Point

AT_ONCE = 4
MOST_PARTS = 32
"""Calls that one job may pay for; what lies behind is not read, and `covered_until` says so."""
PART_CHARACTERS = 6000


class Notes:
    def __init__(self, calls: Calls, window: Window, segments: Mapping[int, Segment], language: str) -> None:
        self._calls = calls
        self._window = window
        self._segments = segments
        self._language = language

    def take(self, lines: Sequence[Line]) -> tuple[list[Line], Line | None]:
        """The notes, and the last line that was read for them if there were more. The caller's wishes are for
        the summary alone. Raises ModelError."""
        wanted = Assignment((NOTES,), self._language, part=(MOST_PARTS, MOST_PARTS))
        pieces = parts(lines, self._window.room(wanted))
        cut = pieces[MOST_PARTS - 1][-1] if len(pieces) > MOST_PARTS else None
        pieces = pieces[:MOST_PARTS]
        tasks = [replace(wanted, part=(number, len(pieces))) for number in range(1, len(pieces) + 1)]
        pool = ThreadPoolExecutor(AT_ONCE, "notes")
        try:
            points = [point for part in pool.map(self._part, tasks, pieces) for point in part]
        finally:
            pool.shutdown(cancel_futures=True)
        if not points:
            raise ModelError("The model's notes held nothing that the transcript supports")
        points.sort(key=lambda point: point.start)
        made = [Line(number, p.text, p.cites, p.start) for number, p in enumerate(points)]
        return made, cut

    def _part(self, task: Assignment, lines: Sequence[Line]) -> tuple[Point, ...]:
        data = self._calls.ask(prompt(task, lines, self._window.answer))
        return Answer(data.get(NOTES), lines, self._segments, PART_CHARACTERS).points()
