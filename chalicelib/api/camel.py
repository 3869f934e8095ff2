"""Names of the text API as the audio API spells them."""

from __future__ import annotations

from typing import Any


def camel(value: Any) -> Any:
    """Of all objects in it."""
    if isinstance(value, dict):
        return {_name(name): camel(inner) for name, inner in value.items()}
    return value


def _name(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)
