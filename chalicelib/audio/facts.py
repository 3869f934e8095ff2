"""What an event tells of an audio job's outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def facts(outcome: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What was made, and the keys of its files in the bucket."""
    output: Mapping[str, Any] = outcome.get("output") or {}
    if not output:
        return {}, {}
    made = {name: value for name, value in output.items() if name != "key"}
    told = {name: outcome.get(name) for name in ("input", "loudness", "warnings")}
    return {**told, "output": made}, {"audio": output["key"]}
