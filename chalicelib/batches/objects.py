"""Where in the bucket the files of a batch and of its jobs lie, and how they go."""

from __future__ import annotations

from typing import Any

from chalicelib import aws
from chalicelib.batches import ids, lifetimes
from chalicelib.batches.model import Batch, Job
from chalicelib.errors import ServiceUnavailable
from chalicelib.settings import settings


def of_job(job: Job) -> str:
    """A prefix, as all here."""
    return f"jobs/{lifetimes.folder(job.expires_after)}{job.id}/"


def of_batch(batch: Batch) -> str:
    return f"batches/{lifetimes.folder(batch.expires_after)}{batch.id}/"


def remove_all(batch: Batch) -> None:
    """Its own files and those of all its jobs, whose ids begin alike. Safe to repeat.

    Raises ServiceUnavailable for what S3 does not remove."""
    _remove(of_batch(batch))
    _remove(f"jobs/{lifetimes.folder(batch.expires_after)}{ids.common_to_jobs(batch.token)}")


def _remove(prefix: str) -> None:
    s3, bucket = aws.s3(), settings().bucket
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        keys: Any = [{"Key": found["Key"]} for found in page.get("Contents", [])]
        if not keys:
            continue
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
        if failed := answer.get("Errors"):
            raise ServiceUnavailable(f"S3 did not remove {len(failed)} files: {failed[0].get('Code')}")
