"""Files that callers send to us: announced, then sent to S3 by a link, then named by one job. The API
imports this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.settings import settings

SCHEME: Final = "upload:"
MOST_BYTES: Final = 5 * 1024**3
"""What S3 takes by one PUT."""
USABLE_MS: Final = 24 * 3600 * 1000
"""From its announcement on, until when a job may name an upload."""


@dataclass(frozen=True)
class Upload:
    id: str
    owner: str
    size: int
    """Bytes, exactly."""
    content_type: str
    filename: str | None
    expires_at: int
    """Milliseconds since the epoch."""

    @property
    def url(self) -> str:
        """As a job's source."""
        return SCHEME + self.id + (f"/{quote(self.filename, safe='')}" if self.filename else "")

    @property
    def headers(self) -> dict[str, str]:
        """What has to be sent along: they are signed, so that the link takes this file, and takes it once."""
        return {
            "Content-Type": self.content_type,
            "Content-Length": str(self.size),
            "If-None-Match": "*",
        }


def most_bytes() -> int:
    return min(MOST_BYTES, settings().source_max_bytes)


def name_in(url: str) -> str:
    """The file's name; "" if the caller told none."""
    return unquote(url.partition("/")[2])


def id_in(url: str) -> str:
    return url.removeprefix(SCHEME).partition("/")[0]


def object_key(url: str) -> str:
    return _key(id_in(url))


def remove(url: str) -> None:
    aws.s3().delete_object(Bucket=settings().bucket, Key=object_key(url))


def _key(upload_id: str) -> str:
    return f"uploads/{upload_id}"


def arrived(upload: Upload) -> int | None:
    """How many bytes were sent; None if nothing was."""
    try:
        return aws.s3().head_object(Bucket=settings().bucket, Key=_key(upload.id))["ContentLength"]
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        return None


def link(upload: Upload) -> str:
    """Where to PUT the file, for `upload_seconds`."""
    return aws.s3().generate_presigned_url(
        "put_object",
        Params={
            "Bucket": settings().bucket,
            "Key": _key(upload.id),
            "ContentType": upload.content_type,
            "ContentLength": upload.size,
            "IfNoneMatch": "*",
        },
        ExpiresIn=settings().upload_seconds,
    )
