"""Presigned links to results. They end when the result expires, at the latest."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from chalicelib import aws, filenames
from chalicelib.settings import settings

# some take a per cent sign in the plain name for an escape
_NOT_PLAIN: Final = re.compile(r"[^ -~]|%")


def presigned(
    key: str, *, filename: str, content_type: str, now: int, expires_at: int, method: str = "GET"
) -> str | None:
    """None once the result has expired. Times are milliseconds since the epoch.

    A link is good for one method: S3 signs it, and answers a HEAD of a GET's link with 403.
    """
    seconds = min(settings().link_seconds, (expires_at - now) // 1000)
    if seconds < 1:
        return None
    return aws.s3().generate_presigned_url(
        {"GET": "get_object", "HEAD": "head_object"}[method],
        Params={
            "Bucket": settings().bucket,
            "Key": key,
            "ResponseContentType": content_type,
            "ResponseContentDisposition": attachment(filename),
        },
        ExpiresIn=seconds,
    )


def attachment(filename: str) -> str:
    """Content-Disposition by RFC 6266: an ASCII name for everyone, the real one for who understands it."""
    name = filenames.safe(filename)
    plain = _NOT_PLAIN.sub("_", name)
    header = f'attachment; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"
