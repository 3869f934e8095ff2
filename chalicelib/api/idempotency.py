"""The Idempotency-Key header, and how an answer tells that it is a repeated one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from chalicelib.batches.submit import Accepted
from chalicelib.errors import InvalidRequest

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def key_for(headers: Mapping[str, str], path: str) -> tuple[str, str] | None:
    """For Submission.idempotency; `path` with the face's name in front. Raises InvalidRequest."""
    key = headers.get("idempotency-key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise InvalidRequest("Idempotency-Key: must be 1 to 255 printable ASCII characters without spaces")
    return key, path


def replayed(accepted: Accepted) -> dict[str, str]:
    return {"Idempotent-Replayed": "true"} if accepted.replayed else {}
