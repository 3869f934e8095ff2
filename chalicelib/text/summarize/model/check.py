"""From a model's answer, which may be anything, to parts of a summary: of bounded size, in plain words,
each with a citation that exists, with times from our own segments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.text.segments import Segment
from chalicelib.text.summarize.model.hygiene import from_model
from chalicelib.text.summarize.model.lines import Line
from chalicelib.text.summary import Point, Question, Section, Term

OVERVIEW_CHARACTERS = 3000
POINT_CHARACTERS = 600
HEADING_CHARACTERS = 120
TERM_CHARACTERS = 80
LEAST_CHARACTERS = 40
"""With less left of what a mode may fill, nothing more is begun."""
MOST = 30
"""Points, sections, terms or questions of one list."""
MOST_CITES = 12
_LOOKED_AT = 100
"""Entries of a list; what follows is not even read."""


class Answer:
    """One mode's part of an answer. `characters`: how many may come out of it altogether."""

    def __init__(
        self, data: Any, lines: Sequence[Line], segments: Mapping[int, Segment], characters: int
    ) -> None:
        self._data = _object(data)
        self._lines = {line.number: line for line in lines}
        self._segments = segments
        self._left = characters
        self._kept = 0

    def keep(self, share: float) -> None:
        """Of the characters that are left so many are not used, until this is called again."""
        self._kept = int(share * self._left)

    def overview(self, most: int = OVERVIEW_CHARACTERS) -> str:
        return self._text(self._data.get("overview"), most)

    def cites(self) -> tuple[int, ...]:
        return self._cites(self._data)

    def points(self) -> tuple[Point, ...]:
        return self._points(self._data.get("points"))

    def sections(self) -> tuple[Section, ...]:
        made = []
        for raw in _entries(self._data.get("sections")):
            heading = self._text(raw.get("heading"), HEADING_CHARACTERS)
            points = self._points(raw.get("points"))
            if points:
                title = heading or from_model(points[0].text, HEADING_CHARACTERS)
                made.append(Section(title, points[0].start, self._end(points), points))
        return tuple(sorted(made[:MOST], key=lambda section: section.start))

    def chapter(self, number: int, start: float, end: float) -> tuple[Point, ...]:
        """The points on one chapter; citations outside of it do not count."""
        inside = {i for i, segment in self._segments.items() if segment.start < end and segment.end > start}
        for raw in _entries(self._data.get("chapters"), 3 * _LOOKED_AT):
            if _number(raw.get("chapter")) == number:
                return self._points(raw.get("points"), inside)
        return ()

    def terms(self) -> tuple[Term, ...]:
        made = []
        for raw in _entries(self._data.get("terms")):
            cites = self._cites(raw)
            term = self._text(raw.get("term"), TERM_CHARACTERS) if cites else ""
            definition = self._text(raw.get("definition"), POINT_CHARACTERS) if term else ""
            if definition:
                made.append(Term(term, definition, self._start(cites)))
        return tuple(made[:MOST])

    def questions(self) -> tuple[Question, ...]:
        made = []
        for raw in _entries(self._data.get("questions")):
            cites = self._cites(raw)
            question = self._text(raw.get("question"), POINT_CHARACTERS) if cites else ""
            answer = self._text(raw.get("answer"), POINT_CHARACTERS) if question else ""
            if question:
                made.append(Question(question, self._start(cites), answer or None))
        return tuple(made[:MOST])

    def _points(self, raw: Any, inside: set[int] | None = None) -> tuple[Point, ...]:
        """Each said once."""
        made: dict[str, Point] = {}
        for entry in _entries(raw):
            cites = tuple(cite for cite in self._cites(entry) if inside is None or cite in inside)
            text = self._text(entry.get("text"), POINT_CHARACTERS) if cites else ""
            said = "".join(filter(str.isalnum, text.casefold()))
            if said and len(made) < MOST:
                made.setdefault(said, Point(text, self._start(cites), cites))
        return tuple(sorted(made.values(), key=lambda point: point.start))

    def _cites(self, entry: Mapping[str, Any]) -> tuple[int, ...]:
        """The segments behind the line numbers, in order."""
        numbers = entry.get("cites")
        if not isinstance(numbers, list):
            return ()
        cited = {_number(number) for number in numbers[:_LOOKED_AT]}
        known = (line for number, line in self._lines.items() if number in cited)
        return tuple(sorted({index for line in known for index in line.cites}))[:MOST_CITES]

    def _start(self, cites: Sequence[int]) -> float:
        return self._segments[cites[0]].start

    def _end(self, points: Sequence[Point]) -> float:
        return max(self._segments[cite].end for point in points for cite in point.cites)

    def _text(self, value: Any, limit: int) -> str:
        left = self._left - self._kept
        if not isinstance(value, str) or left < LEAST_CHARACTERS:
            return ""
        text = from_model(value, min(limit, left))
        self._left -= len(text)
        return text


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _entries(value: Any, most: int = _LOOKED_AT) -> Iterator[Mapping[str, Any]]:
    for entry in value[:most] if isinstance(value, list) else ():
        if isinstance(entry, dict):
            yield entry


def _number(value: Any) -> int | None:
    """Also of 12.0, "12" and "L12", which is how small models write 12."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and len(value) <= 8 and (digits := value.strip().lstrip("L")).isdecimal():
        return int(digits)
    return value if isinstance(value, int) else None
