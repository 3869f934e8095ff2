"""When keys are to end, and which key may say so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.accounts.key_rows import ADMIN, Key
from chalicelib.api import times
from chalicelib.api.auth_v1.models import MOST_SECONDS
from chalicelib.api.video_v1.refusals import Refused
from chalicelib.clock import iso
from chalicelib.errors import Conflict, Forbidden


def moment(time: str | None, seconds: int | None, now: int) -> int | None:
    """Milliseconds; None: never. Raises Refused."""
    if seconds is not None:
        return now + seconds * 1000
    end = times.ms(time) if time is not None else None
    if end is not None and not now < end <= now + MOST_SECONDS * 1000:
        sentence = "expires_at: must be in the future, and within ten years"
        raise Refused(sentence, facts={"errors": [sentence]})
    return end


def require_within(asker: Key, end: int | None) -> None:
    """A key that ends leaves none behind that lives on in its place. Raises Forbidden."""
    if asker.expires_at is not None and (end is None or end > asker.expires_at):
        until = iso(asker.expires_at)
        raise Forbidden(f"The API key that asks ends at {until}: it can make no key that lives longer")


def require_an_admin_left(asker: Key, key: Key, changes: Mapping[str, Any]) -> None:
    """Raises Conflict."""
    if asker.id == key.id and ADMIN not in changes.get("scopes", (ADMIN,)):
        sentence = "A key cannot revoke itself or give its scope admin away: let another admin key do it"
        raise Conflict(sentence, code="LAST_ADMIN_KEY")
