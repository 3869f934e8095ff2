"""The whole result of a text job, as it lies in the bucket. Light: the API imports this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.text.summary import Summary
from chalicelib.text.transcript import SCHEMA_VERSION, UNKNOWN_LANGUAGE, Transcript, told_language


@dataclass(frozen=True)
class Result:
    transcript: Transcript
    summaries: tuple[Summary, ...]
    """In the order asked for."""

    def to_json(self) -> dict[str, Any]:
        return {
            "schema_version": SCHEMA_VERSION,
            "transcript": self.transcript.to_json(),
            "summaries": [
                summary.to_json() | {"language": told_language(summary.language)}
                for summary in self.summaries
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Result:
        summaries = tuple(
            Summary.from_json({**summary, "language": summary["language"] or UNKNOWN_LANGUAGE})
            for summary in data["summaries"]
        )
        return cls(Transcript.from_json(data["transcript"]), summaries)
