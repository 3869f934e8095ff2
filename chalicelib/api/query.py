"""The query of a URL. A parameter that means nothing here is refused, as a field of a body is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.api.bodies import place
from chalicelib.errors import InvalidRequest

_WHOLE: Final = re.compile(r"[0-9]{1,10}")


def read(request: Any, *names: str) -> dict[str, str]:
    """Raises InvalidRequest for a parameter that is none of `names`, or that stands there twice."""
    given: Any = request.query_params or {}
    for name in given:
        if name not in names:
            raise InvalidRequest(f"{place([name])}: unknown query parameter; known are {', '.join(names)}")
        if len(given.getlist(name)) > 1:
            raise InvalidRequest(f"{name}: stands in the query twice")
    return dict(given)


def number(given: Mapping[str, str], name: str, default: int, highest: int) -> int:
    """From 1. Raises InvalidRequest."""
    text = given.get(name, str(default))
    value = int(text) if _WHOLE.fullmatch(text) else 0
    if not 1 <= value <= highest:
        raise InvalidRequest(f"{name}: must be a number from 1 to {highest}")
    return value


def choices(given: Mapping[str, str], name: str, known: Sequence[str]) -> frozenset[str] | None:
    """Words with commas between them. Raises InvalidRequest."""
    text = given.get(name)
    words = None if text is None else frozenset(text.split(","))
    if words is not None and not words <= set(known):
        raise InvalidRequest(f"{name}: must be one or more of {', '.join(known)}, with commas between them")
    return words


def choice(given: Mapping[str, str], name: str, known: Sequence[str]) -> str | None:
    """Raises InvalidRequest."""
    value = given.get(name)
    if value is not None and value not in known:
        raise InvalidRequest(f"{name}: must be one of {', '.join(known)}")
    return value
