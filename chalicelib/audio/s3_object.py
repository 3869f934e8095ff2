"""Ranges of one object in S3, and never of the one that takes its place."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import aws
from chalicelib.audio import s3_errors
from chalicelib.audio.buckets import Location
from chalicelib.audio.upload import impatient
from chalicelib.errors import JobError
from chalicelib.outbound import SourceTooLarge
from chalicelib.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

RESUMES = 3
"""Of one range."""
_READ_BYTES = 1 << 16
"""Whoever does not send as much within the source's time-out has stalled."""

Explain = Callable[[Exception], JobError]


class S3Object:
    """What threads fetch of it; all but `stop` and `last_byte` is set before the second of them starts."""

    def __init__(self, place: Location, explain: Explain) -> None:
        self.length = 0
        self.stop = threading.Event()
        self.last_byte = 0.0
        self._etag = ""
        self._place = place
        self._explain = explain
        self._client = impatient(aws.s3())

    def open(self) -> None:
        """Learn length and version from the first byte: of a HEAD, S3 does not say why it refuses it."""
        try:
            answer = self._get(Range="bytes=0-0")
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvalidRange":  # not even one byte
                return
            raise self._explain(error) from error
        except BotoCoreError as error:
            raise self._explain(error) from error
        answer["Body"].close()
        self._etag = answer["ETag"]
        self.length = int(answer["ContentRange"].rpartition("/")[2])
        most = settings().source_max_bytes
        if self.length > most:
            raise SourceTooLarge(f"The source is larger than {most:,} bytes.", retryable=False)

    def part(self, first: int, last: int) -> bytearray:
        """Resumed where it broke off, as long as the object is the same."""
        got = bytearray()
        resumes = RESUMES
        while first + len(got) <= last:
            try:
                self._append(got, first + len(got), last)
            except (BotoCoreError, ClientError) as error:
                failure = self._explain(error)
                if not (resumes and failure.retryable):
                    raise failure from error
                resumes -= 1
        return got

    def _append(self, got: bytearray, first: int, last: int) -> None:
        try:
            answer = self._get(Range=f"bytes={first}-{last}", IfMatch=self._etag)
        except ClientError as error:
            if error.response["Error"]["Code"] == "PreconditionFailed":
                raise s3_errors.changed() from error
            raise
        with closing(answer["Body"]) as body:
            for data in body.iter_chunks(_READ_BYTES):
                if self.stop.is_set():
                    raise InterruptedError
                got += data
                self.last_byte = time.monotonic()

    def _get(self, **what: Any) -> GetObjectOutputTypeDef:
        return self._client.get_object(Bucket=self._place.bucket, Key=self._place.key, **what)
