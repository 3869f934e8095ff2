"""Text from strangers on one line."""

from __future__ import annotations

import re

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff]+")


def clean(text: str) -> str:
    """One line, single spaces, nothing that cannot be printed."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())
