"""What an audio job has used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def used(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """Media is the sound that was made: of a part of a recording, that part."""
    output: Mapping[str, Any] = outcome.get("output") or {}
    if not output:
        return {}
    return {
        "media_ms": round(output["duration"] * 1000),
        "bytes_in": outcome.get("used", {}).get("bytes_in", 0),
        "bytes_out": output["size"],
    }
