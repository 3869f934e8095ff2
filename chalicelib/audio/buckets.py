"""`s3://bucket/key`: what such a URL may look like, and which buckets the operator allows. The API imports
this."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.errors import OutboundError
from chalicelib.settings import settings

SCHEME: Final = "s3://"
MAX_KEY_BYTES: Final = 1024
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Location:
    bucket: str
    key: str
    """As it stands in the URL, which is not percent-encoded."""

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}"

    @property
    def is_folder(self) -> bool:
        return not self.key or self.key.endswith("/")


def source(url: str) -> Location:
    """Where an object is read. Raises OutboundError (not retryable)."""
    found = _parsed(url)
    if found.is_folder:
        raise _refused("The s3:// URL names no object: after the bucket comes its key.")
    _require_allowed(found, settings().source_buckets, "read from")
    return found


def destination(url: str) -> Location:
    """Where a result is to go: an object, or a folder for it. Raises OutboundError (not retryable)."""
    found = _parsed(url)
    _require_allowed(found, settings().destination_buckets, "write to")
    return found


def _parsed(url: str) -> Location:
    if not url.startswith(SCHEME):
        raise _refused("The URL must start with s3://.")
    bucket, _, key = url.removeprefix(SCHEME).partition("/")
    if not _NAME.fullmatch(bucket):
        raise _refused("The bucket in the s3:// URL is not the name of one.")
    if _CONTROL.search(key) or {".", ".."} & set(key.split("/")):
        raise _refused("The key in the s3:// URL has control characters, or . or .. as a part.")
    if len(key.encode()) > MAX_KEY_BYTES:
        raise _refused(f"The key in the s3:// URL is longer than {MAX_KEY_BYTES} bytes.")
    return Location(bucket, key)


def _require_allowed(found: Location, entries: Sequence[str], what: str) -> None:
    """Never our own bucket, which holds everybody's files."""
    whole = f"{found.bucket}/{found.key}"
    if found.bucket == settings().bucket or not any(whole.startswith(entry + "/") for entry in entries):
        raise _refused(
            f"The operator of this service has not allowed it to {what} {SCHEME}{found.bucket} at this key."
        )


def _refused(sentence: str) -> OutboundError:
    return OutboundError(sentence, retryable=False)
