"""The whole result, as it lies in the bucket."""

from __future__ import annotations

import json
import math
from typing import Any

from chalicelib.text.exports.clean import unicode_only
from chalicelib.text.exports.export import Export
from chalicelib.text.result import Result


def export(result: Result, now_iso: str | None) -> Export:
    """The same result is the same bytes, whenever it is asked for."""
    text = json.dumps(_strict(result.to_json()), ensure_ascii=False, indent=2, allow_nan=False)
    return Export(text.encode() + b"\n", "application/json", "json")


def _strict(value: Any) -> Any:
    """Without what Python's JSON knows and other parsers refuse: lone surrogates, NaN, infinity."""
    if isinstance(value, str):
        return unicode_only(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _strict(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(item) for item in value]
    return value
