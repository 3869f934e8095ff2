"""Summaries: by default an array of texts, in the order asked for; by their mode where that is wished."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_FACTS = (
    "engine",
    "kind",
    "model",
    "language",
    "custom_instructions_applied",
    "covered_until",
    "fallback_reason",
)


def texts_or_by_mode(outcome: Mapping[str, Any], by_mode: bool) -> list[str] | dict[str, Any]:
    made = _made(outcome)
    if not by_mode:
        return [summary["content"] for summary in made.values()]
    return {mode: {"content": summary["content"], **_facts(summary)} for mode, summary in made.items()}


def with_structure(outcome: Mapping[str, Any], stored: list[dict[str, Any]]) -> dict[str, Any]:
    """By mode, with what the stored result knows: points, sections, terms, questions and their times."""
    made = _made(outcome)
    by_mode = {summary["mode"]: summary for summary in stored}
    return {
        mode: {"content": summary["content"], **by_mode.get(mode, {}), **_facts(summary)}
        for mode, summary in made.items()
    }


def details(outcome: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"mode": mode, **_facts(summary)} for mode, summary in _made(outcome).items()]


def _made(outcome: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    made: Mapping[str, Mapping[str, Any]] = outcome.get("summaries", {})
    return made


def _facts(summary: Mapping[str, Any]) -> dict[str, Any]:
    return {name: summary.get(name) for name in _FACTS}
