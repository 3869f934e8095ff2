"""What an event tells of a text job's outcome: never the transcript, nor a summary's text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def facts(outcome: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What was made, and the keys of its files in the bucket; of a list, the batch of its videos."""
    if "transcript" not in outcome:
        return {name: outcome[name] for name in ("expanded", "child_batch_id") if name in outcome}, {}
    transcript: Mapping[str, Any] = outcome["transcript"]
    told = {
        "video": outcome["video"],
        "transcript": {name: value for name, value in transcript.items() if name != "key"},
        "summaries": {mode: _without_text(made) for mode, made in outcome["summaries"].items()},
        "warnings": outcome["warnings"],
    }
    return told, {"transcript": transcript["key"], "result": outcome["result_key"]}


def _without_text(summary: Mapping[str, Any]) -> dict[str, Any]:
    return {name: summary.get(name) for name in ("engine", "kind", "model", "language")}
