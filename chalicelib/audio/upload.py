"""The result's way into S3."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from boto3.exceptions import S3UploadFailedError
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.audio.progress import Progress
from chalicelib.errors import ServiceUnavailable
from chalicelib.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LAST_WORDS_SECONDS = 2.0
ONE_REQUEST_BYTES = 64 << 20
"""Parts are requests, which are paid for; from here on, one that fails would cost more than they do."""
PART_BYTES = 16 << 20
_TRANSFER = TransferConfig(multipart_threshold=ONE_REQUEST_BYTES, multipart_chunksize=PART_BYTES)
# what was sent is acknowledged at once or not at all, and the job itself is tried again
_IMPATIENT = Config(connect_timeout=3, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 2})


class NotSent(Exception):
    """S3 did not take it."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause
        """What the SDK raised; a ClientError if S3 has answered."""


def upload(path: Path, key: str, content_type: str, progress: Progress) -> None:
    """Into our own bucket. Raises ServiceUnavailable if S3 does not take it."""
    try:
        send(path, settings().bucket, key, content_type, progress)
    except NotSent as error:
        raise ServiceUnavailable("The result could not be stored.") from error.cause


def send(path: Path, bucket: str, key: str, content_type: str, progress: Progress) -> None:
    """Upload beside the thread that reports. Raises NotSent."""
    sending = _Upload(path, bucket, key, content_type)
    sending.start()
    try:
        while sending.is_alive():
            sending.join(1.0)
            progress.at(sending.sent / sending.size)
    finally:
        sending.stop.set()
        # while S3 is silent it cannot be stopped; it is left behind, and ends by its own time limits
        sending.join(LAST_WORDS_SECONDS)
    if sending.error:
        raise NotSent(sending.error) from sending.error


class _Upload(threading.Thread):
    def __init__(self, path: Path, bucket: str, key: str, content_type: str) -> None:
        super().__init__(name="upload", daemon=True)
        self.stop = threading.Event()
        self.size = path.stat().st_size
        self.sent = 0
        self.error: Exception | None = None
        self._client = impatient(aws.s3())
        self._what = (path, bucket, key, content_type)

    def run(self) -> None:
        path, bucket, key, content_type = self._what
        extra = {"ContentType": content_type}
        try:
            self._client.upload_file(
                str(path), bucket, key, ExtraArgs=extra, Callback=self._count, Config=_TRANSFER
            )
        except S3UploadFailedError as error:
            self.error = error.__context__ if isinstance(error.__context__, ClientError) else error
        except Exception as error:  # whatever it is, it belongs to the thread that waits
            self.error = error

    def _count(self, sent: int) -> None:
        self.sent += sent
        if self.stop.is_set():
            raise InterruptedError


@lru_cache(maxsize=1)
def impatient(usual: S3Client) -> S3Client:
    """As the usual client, but giving up sooner."""
    return boto3.Session().client("s3", config=usual.meta.config.merge(_IMPATIENT))
