"""What a text job has used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def used(outcome: Mapping[str, Any]) -> Mapping[str, Any]:
    """As its runner has noted. A playlist uses nothing: its videos are a batch of their own."""
    noted: Mapping[str, Any] = outcome.get("used", {})
    return noted
