"""The Idempotency-Key header, and how an answer tells that it is a repeated one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chalicelib.accounts.replays import KEPT_MS
from chalicelib.batches import ids
from chalicelib.batches.submit import Accepted
from chalicelib.errors import InvalidRequest

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def sent(headers: Mapping[str, str]) -> str | None:
    """Raises InvalidRequest."""
    key = headers.get("idempotency-key")
    return None if key is None else checked(key, "Idempotency-Key")


def checked(key: str, place: str) -> str:
    """Raises InvalidRequest."""
    if not _KEY.fullmatch(key):
        raise InvalidRequest(f"{place}: must be 1 to 255 printable ASCII characters without spaces")
    return key


def key_for(headers: Mapping[str, str], path: str) -> tuple[str, str] | None:
    """For what is no order; `path` with the face's name in front. Raises InvalidRequest."""
    key = sent(headers)
    return None if key is None else (key, path)


def token_for(request: Any, account: str, now: int, *more: str) -> str:
    """Names what a request starts: the same under the same key, for a day. The state machine would know the
    name for months. Raises InvalidRequest."""
    key = sent(request.headers)
    if key is None:
        return ids.new_token()
    return ids.derived_token(account, key, request.context["path"], *more, str(now // KEPT_MS))


def replayed(accepted: Accepted) -> dict[str, str]:
    return {"Idempotent-Replayed": "true"} if accepted.replayed else {}
