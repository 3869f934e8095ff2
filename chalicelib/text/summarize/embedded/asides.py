"""Segments about the recording and not about its subject: sponsors, calls to subscribe, greetings, thanks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from chalicelib.text.segments import Segment
from chalicelib.text.summarize.embedded.formulas import COURTESY, PROMOTION
from chalicelib.text.summarize.embedded.terms import Terms, words

_COURTEOUS: Final = 0.25
"""Share of a segment that is courtesy, from which on the rest says nothing either."""
_NEAR: Final = 4
"""Segments around a promotion in which what it names belongs to it."""
_ELSEWHERE: Final = 4
"""Segments beyond these, from which on the name is one that the talk is about."""

_DOT: Final = "(?:dot|punkt|punto|point|ponto|точка)"
_ENDINGS: Final = ("com", "org", "net", "io", "tv", "co", "gg", "me", "fm", "ком")
_SLASHES: Final = ("slash", "barra", "schrägstrich", "слэш", "слеш")
_HINTS: Final = frozenset({"www", "http", "https", "code", *_ENDINGS, *_SLASHES})
"""Without one of these words there is no address."""

_ENDING, _SLASH = (f"(?:{'|'.join(known)})" for known in (_ENDINGS, _SLASHES))
_ADDRESS: Final = re.compile(
    rf"www\.|https?://|\.{_ENDING}/\w|\b{_DOT} \w+ (?:forward )?{_SLASH}\b"
    rf"|(?:^|\b(?:and|just|please|so|now|or|then|can) )(?:go|head)(?: over)? to \w+(?: {_DOT} |\.){_ENDING}\b"
    r"|\bcode \w+[^.?!]{0,40}(?:\b(?:percent|half|dollars|euros|pounds) off|% off|\bdiscount|\bcheckout|"
    r"\b(?:months|days|weeks) free)\b",
    re.IGNORECASE,
)
"""An address to go to, or a code to enter there. The bare name of a site may be what a talk is about."""

_PROMOTED: Final = re.compile(
    r"(?:sponsored by|brought to you by|sponsor(?: is|,)?|gesponsert von|sponsoris\w+ par|patrocinad\w+ p\w+"
    r"|sponsorizzat\w+ da|gesponsord door|спонсор\w*) (?P<sponsor>[^\W_][\w-]*)"
    rf"|(?P<site>[^\W_][\w-]*)(?: {_DOT} |\.){_ENDING}\b",
    re.IGNORECASE,
)
"""Whom a promotion names."""


def asides(segments: Sequence[Segment], said: Sequence[Sequence[str]], terms: Terms) -> frozenset[int]:
    """Their indexes. `said`: the words of each segment."""
    promotion, courtesy = PROMOTION.get(terms.language), COURTESY.get(terms.language)
    promoted, courteous = list[int](), list[int]()
    for i, spoken in enumerate(said):
        text = segments[i].text
        if (promotion and promotion.share(text, spoken)) or _has_address(text, spoken):
            promoted.append(i)
        elif courtesy and courtesy.share(text, spoken) >= _COURTEOUS:
            courteous.append(i)
    return frozenset([*promoted, *courteous, *_around(segments, said, promoted, terms)])


def _has_address(text: str, said: Sequence[str]) -> bool:
    return not _HINTS.isdisjoint(said) and _ADDRESS.search(text) is not None


def _around(
    segments: Sequence[Segment], said: Sequence[Sequence[str]], promoted: Sequence[int], terms: Terms
) -> Iterator[int]:
    """Segments near promotions that say a name which is promoted there."""
    near: dict[str, set[int]] = {}
    for i in promoted:
        for match in _PROMOTED.finditer(segments[i].text):
            name = words(match["sponsor"] or match["site"])[-1]
            if terms.carries(name):
                near.setdefault(name, set()).update(range(i - _NEAR, i + _NEAR + 1))
    for name in sorted(near):
        saying = {i for i, spoken in enumerate(said) if name in spoken}
        if len(saying - near[name]) < _ELSEWHERE:
            yield from saying & near[name]
