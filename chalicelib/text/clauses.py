"""Where a new clause begins in captions that have no signs for it, told by the words alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from chalicelib.text.connectives import (
    ADDING,
    BEGINNERS,
    CONNECTIVES,
    HOLDING,
    NOT_FIRST,
    OPENERS,
    TURNS,
)

_NONE: Final[frozenset[str]] = frozenset()
_EDGES: Final = ',;:.?!…"“”„«»()[]–—'
_SURE, _LIKELY = 0.4, 0.15
_WITHIN, _NOT_FIRST, _UNFINISHED = -0.2, -0.4, -0.5


class Clauses:
    """Takes words in lower case."""

    def __init__(self, language: str) -> None:
        self._openers = OPENERS.get(language, _NONE)
        self._turns = TURNS.get(language, _NONE)
        self._beginners = BEGINNERS.get(language, _NONE)
        self._adding, self._added = ADDING.get(language, (_NONE, _NONE))
        self._connectives = CONNECTIVES.get(language, _NONE)
        self._holding = HOLDING.get(language, _NONE)
        self._not_first = NOT_FIRST.get(language, _NONE)

    def may_end(self, last: str) -> bool:
        return last not in self._connectives

    def begins(self, before: str, first: str, second: str) -> bool:
        """Whether a clause surely begins with `first`. Most do so without such a sign."""
        if first in self._turns:
            goes_on = second in self._beginners or second in self._turns
        else:
            goes_on = first in self._adding and second in self._added
        return goes_on and before not in self._connectives and before not in self._holding

    def sign(self, before: str, first: str, second: str) -> float:
        """How much speaks for a cut between `before` and `first`."""
        if (first in self._turns or first in self._adding) and self.begins(before, first, second):
            return _SURE
        value = _UNFINISHED if before in self._connectives else 0.0
        if first in self._not_first:
            return value + _NOT_FIRST
        if first in self._openers:
            return value + _LIKELY
        return value + _WITHIN if first in self._connectives else value


def plain(word: str) -> str:
    """In lower case, without what stands at it."""
    return word.lower().strip(_EDGES)


@lru_cache(maxsize=16)
def clauses(language: str) -> Clauses:
    return Clauses(language)
