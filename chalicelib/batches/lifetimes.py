"""How long results live after their job has ended, and the part of the bucket they lie in meanwhile.

A caller may never see a result longer than that. Its file goes when S3 next removes what is older than the
days its part is named after (infra/resources.yaml has a rule for each), so nobody has to look for it. A part
is at most about twice as long as the life asked for: what lives an hour is not kept for a month.
"""

from __future__ import annotations

from typing import Final

from chalicelib.settings import settings

LEAST_SECONDS: Final = 3600
MOST_SECONDS: Final = 30 * 24 * 3600
DAYS: Final = (1, 2, 4, 8, 16, 31)
_AHEAD_SECONDS: Final = 3600
"""S3 counts from when a file was begun, which is before its job ended by less than this."""


def seconds(asked: int | None, longest: int | None = None) -> int:
    """None: as the operator has set it, but no longer than `longest`."""
    if asked:
        return asked
    kept = settings().retention_seconds
    return min(kept, longest) if longest else kept


def folder(asked: int | None) -> str:
    """`2d/` for what lives a day."""
    needed = seconds(asked) + _AHEAD_SECONDS
    return f"{next((days for days in DAYS if days * 24 * 3600 >= needed), DAYS[-1])}d/"
