"""The query of a URL. A parameter that means nothing here is refused, as a field of a body is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from chalicelib.api.bodies import place
from chalicelib.api.video_v1.refusals import Refused

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
MAX_OFFSET = 10**9
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_WHOLE = re.compile(r"[0-9]{1,10}")


def _refused(sentence: str) -> Refused:
    return Refused(sentence, facts={"errors": [sentence]})


class Query:
    def __init__(self, request: Any, *names: str) -> None:
        """Raises Refused for a parameter that is none of `names`, or that stands there twice."""
        given: Any = request.query_params or {}
        for name in given:
            if name not in names:
                known = f"known are {', '.join(names)}" if names else "there are none here"
                raise _refused(f"{place([name])}: unknown query parameter; {known}")
            if len(given.getlist(name)) > 1:
                raise _refused(f"{name}: stands in the query twice")
        self._values: dict[str, str] = dict(given)

    def text(self, name: str) -> str | None:
        return self._values.get(name)

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        text = self._values.get(name)
        if text is None:
            return default
        number = int(text) if _WHOLE.fullmatch(text) else -1
        if not lowest <= number <= highest:
            raise _refused(f"{name}: must be a number from {lowest} to {highest}")
        return number

    def choices(self, name: str, known: Sequence[str]) -> frozenset[str] | None:
        """Words with commas between them."""
        text = self._values.get(name)
        words = None if text is None else frozenset(text.split(","))
        if words is not None and not words <= set(known):
            raise _refused(f"{name}: must be one or more of {', '.join(known)}, with commas between them")
        return words

    def flag(self, name: str, default: bool) -> bool:
        text = self._values.get(name)
        if text is None:
            return default
        if text.lower() not in _FLAGS:
            raise _refused(f"{name}: must be true, false, 1 or 0")
        return _FLAGS[text.lower()]

    def by_mode(self) -> bool:
        """`summaries=object`: summaries by their mode instead of an array of texts."""
        form = self._values.get("summaries", "array")
        if form not in ("array", "object"):
            raise _refused("summaries: must be array or object")
        return form == "object"

    def page(self) -> tuple[int, int]:
        """Limit and offset."""
        limit = self.number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT)
        return limit, self.number("offset", 0, 0, MAX_OFFSET)
