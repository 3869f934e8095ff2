"""What a caller has sent for one text job, or a recogniser has got of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib import aws
from chalicelib.settings import settings


def forget(job_id: str, request: Mapping[str, Any]) -> None:
    if key := request.get("captions_key"):
        aws.s3().delete_object(Bucket=settings().bucket, Key=key)
    if request.get("speech_to_text"):
        _forget_speech(job_id)


def _forget_speech(job_id: str) -> None:
    """Gone in general: whoever reads what was recognised removes it."""
    s3, bucket = aws.s3(), settings().bucket
    for found in s3.list_objects_v2(Bucket=bucket, Prefix=f"speech/{job_id}.").get("Contents", []):
        s3.delete_object(Bucket=bucket, Key=found["Key"])
