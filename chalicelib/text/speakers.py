"""Speakers that captions name in their text only: `Project Manager: Okay. So we begin.`"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from chalicelib.text.transcript import Cue

_LABEL = re.compile(
    r"\s*(?:(?:>>|-)\s*)?(?P<name>[^\W\d_a-z][\w.'’-]{0,30}(?: [^\W_a-z][\w.'’-]{0,30}){0,3}):\s+"
)
_TURNS = 2
_LEAST_SHARE = 0.05
"""Of all cues; a talk that says `Note:` now and then names no speakers."""


def named(cues: Sequence[Cue]) -> Sequence[Cue]:
    """With the speakers that they name; a name holds until the next. Their names are not what is said: left
    in the text they would be the commonest words of a meeting."""
    if any(cue.speaker for cue in cues):
        return cues
    labels = [_LABEL.match(cue.text[:200]) for cue in cues]
    turns = Counter(label["name"] for label in labels if label)
    speakers = {name for name, count in turns.items() if count >= _TURNS}
    if len(speakers) < 2 or sum(turns[name] for name in speakers) < _LEAST_SHARE * len(cues):
        return cues
    found: list[Cue] = []
    speaker: str | None = None
    for cue, label in zip(cues, labels, strict=True):
        text = cue.text
        if label and label["name"] in speakers:
            speaker, text = label["name"], text[label.end() :]
        found.append(replace(cue, text=text, speaker=speaker))
    return found
