"""What YouTube says of a video that it does not play, as the causes that our APIs know."""

from __future__ import annotations

import re
from typing import Final

BY_REASON: Final[tuple[tuple[str, str], ...]] = (
    # anything may be said here; it is English, as everybody asks for that
    (r"not a bot|unusual traffic|try again later", "YOUTUBE_BLOCKED"),
    (r"confirm your age|inappropriate for some users|age.restricted", "AGE_RESTRICTED"),
    (r"members.only|join this channel|requires payment", "MEMBERS_ONLY"),
    (r"\bprivate\b", "VIDEO_PRIVATE"),
    (r"in your (country|region|location)", "GEO_BLOCKED"),
    (r"\bwill begin\b|\bpremieres? (in|will|on)\b|\boffline\b", "NOT_YET_AVAILABLE"),
    (
        r"\bremoved\b|\bterminated\b|no longer available|available any ?more|\bdeleted\b|\bcopyright\b"
        r"|does not exist|video unavailable",
        "VIDEO_UNAVAILABLE",
    ),
)


def code_of(reason: str) -> str | None:
    """None if it is not known."""
    return next((code for pattern, code in BY_REASON if re.search(pattern, reason, re.IGNORECASE)), None)
