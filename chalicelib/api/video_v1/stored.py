"""What lies in the bucket: links to it, the whole result, and how much of it fits into one answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from chalicelib import aws
from chalicelib.api import links
from chalicelib.api.video_v1 import PREFIX, views
from chalicelib.api.video_v1.lookup import expired
from chalicelib.batches.model import Job
from chalicelib.settings import settings

MOST_BYTES: Final = 4_500_000
"""Of an answer: Lambda's 6 MB, less a quarter as Chalice sends bodies in base64."""


def result(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """chalicelib.text.result.Result as JSON. Raises Gone."""
    s3 = aws.s3()
    try:
        answer = s3.get_object(Bucket=settings().bucket, Key=outcome["result_key"])
    except s3.exceptions.NoSuchKey as error:
        raise expired() from error
    found: dict[str, Any] = json.loads(answer["Body"].read())
    return found


def result_link(job: Job, now: int) -> str | None:
    return _link(job, (job.outcome or {}).get("result_key"), "content.json", now)


def transcript_link(job: Job, now: int) -> str | None:
    return _link(job, (job.outcome or {}).get("transcript", {}).get("key"), "transcript.json", now)


def export_paths(job: Job) -> dict[str, str]:
    from chalicelib.text.exports import FORMATS

    return {name: f"{PREFIX}/videos/export/{job.id}/{name}" for name in FORMATS}


def fits(data: Any) -> bool:
    return len(json.dumps(data, ensure_ascii=False).encode()) <= MOST_BYTES


def _link(job: Job, key: str | None, ending: str, now: int) -> str | None:
    if key is None:
        return None
    return links.presigned(
        key,
        filename=f"{views.video_id(job) or job.id}.{ending}",
        content_type="application/json",
        now=now,
        expires_at=job.expires_at or 0,
    )
