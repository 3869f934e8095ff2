"""Presigned links to results. They end when the result expires, at the latest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from chalicelib import aws, filenames
from chalicelib.settings import settings

# some take a per cent sign in the plain name for an escape
_NOT_PLAIN: Final = re.compile(r"[^ -~]|%")


@dataclass(frozen=True)
class Link:
    url: str
    expires_at: int
    """From when on S3 refuses it; milliseconds since the epoch, as all times here."""


def presigned(
    key: str, *, filename: str, content_type: str, now: int, expires_at: int, method: str = "GET"
) -> str | None:
    """As `link`."""
    made = link(
        key, filename=filename, content_type=content_type, now=now, expires_at=expires_at, method=method
    )
    return made.url if made else None


def link(
    key: str, *, filename: str, content_type: str, now: int, expires_at: int, method: str = "GET"
) -> Link | None:
    """None once the result has expired, and in its last second.

    A link is good for one method: S3 signs it, and answers a HEAD of a GET's link with 403.
    """
    seconds = min(settings().link_seconds, (expires_at - now) // 1000)
    while seconds >= 1:
        url = _signed(key, filename, content_type, seconds, method)
        ends = _end(url)
        if ends <= expires_at:
            return Link(url, ends)
        seconds -= 1  # it was signed a moment after `now`
    return None


def _end(url: str) -> int:
    query = dict(parse_qsl(urlsplit(url).query))
    signed = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%S%z")
    return (int(signed.timestamp()) + int(query["X-Amz-Expires"])) * 1000


def _signed(key: str, filename: str, content_type: str, seconds: int, method: str) -> str:
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
