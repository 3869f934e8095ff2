"""What a summary is, whoever made it. Light: the API imports this.

`cites` are indexes of transcript segments (chalicelib.text.segments); times are seconds and come from
those segments, never from a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Point:
    text: str
    start: float
    cites: tuple[int, ...] = ()


@dataclass(frozen=True)
class Section:
    """A chapter, or a heading of notes."""

    title: str
    start: float
    end: float
    points: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Term:
    term: str
    definition: str
    start: float


@dataclass(frozen=True)
class Question:
    question: str
    start: float | None = None
    answer: str | None = None


@dataclass(frozen=True)
class Usage:
    input_tokens: int = 0
    output_tokens: int = 0
    calls: int = 0
    model: str | None = None
    """`<engine>/<model>` that was asked."""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Each mode fills what is its own: docs/text-api.md tells which."""

    mode: str
    engine: str
    """`embedded`, `bedrock`, `openai`."""
    kind: str
    """`extractive` or `abstractive`."""
    model: str | None = None
    language: str
    overview: str = ""
    points: tuple[Point, ...] = ()
    sections: tuple[Section, ...] = ()
    terms: tuple[Term, ...] = ()
    questions: tuple[Question, ...] = ()
    covered_until: float
    """How far into the video the summary has looked."""
    custom_instructions_applied: str | None = None
    """`wishes` (a model was told them), `focus_terms` (their words weigh more), or None: there were none."""
    fallback_reason: str | None = None
    """Why the configured engine did not make it."""
    usage: Usage | None = None
    """Of all calls for this job's summaries, also of those that came to nothing."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Summary:
        """What `to_json` wrote. Raises KeyError or TypeError for anything else."""
        plain = dict(data)
        plain["points"] = _points(data["points"])
        plain["sections"] = tuple(
            Section(s["title"], s["start"], s["end"], _points(s["points"])) for s in data["sections"]
        )
        plain["terms"] = tuple(Term(**term) for term in data["terms"])
        plain["questions"] = tuple(Question(**question) for question in data["questions"])
        plain["usage"] = Usage(**data["usage"]) if data.get("usage") else None
        return cls(**plain)


def _points(rows: Any) -> tuple[Point, ...]:
    return tuple(Point(row["text"], row["start"], tuple(row["cites"])) for row in rows)
