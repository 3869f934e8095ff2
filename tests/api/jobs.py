"""Requests of the contract, and jobs brought to a state without running them."""

from __future__ import annotations

from typing import Any

from chalicelib import aws
from chalicelib.batches import finish, ids, objects, store
from chalicelib.batches.model import Failure, Job
from chalicelib.clock import now_ms
from chalicelib.settings import settings

BYTES = bytes(range(256)) * 4


def extract_body(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "source": {"type": "url", "url": "https://example.com/video.mp4"},
        "output": {"format": "mp3", "quality": "high"},
    }
    return body | changes


def started(job_id: str) -> Job:
    address = ids.parse(job_id)
    assert address
    job = store.claim(*address, now=now_ms(), lease_until=now_ms() + 60_000).job
    assert job
    return job


def completed(
    job_id: str, name: str = "video.mp3", content: bytes = BYTES, loudness: Any = None, **facts: Any
) -> Job:
    """`facts`: of the output, in place of the usual ones."""
    job = started(job_id)
    key = f"{objects.of_job(job)}1/audio.mp3"
    aws.s3().put_object(Bucket=settings().bucket, Key=key, Body=content)
    output = {
        "key": key,
        "filename": name,
        "size": len(content),
        "duration": 12.25,
        "format": "mp3",
        "codec": "mp3",
        "bitrate": 190_400,
        "sample_rate": 44_100,
        "channels": 2,
    } | facts
    source = {"name": "video.mp4", "size": 1_000_000, "duration": 12.3, "format": "mov"}
    outcome = {"input": source, "output": output, "warnings": [], "loudness": loudness}
    ended = store.complete(job, outcome, now=now_ms()).job
    finish.settle(ended)
    assert ended
    return ended


def waiting_for_its_next_attempt(job_id: str) -> Job:
    failure = Failure("DOWNLOAD_FAILED", "The host is away", retryable=True)
    job = store.release(started(job_id), queued_at=now_ms() + 20_000, failure=failure).job
    assert job
    return job


def failed(job_id: str, code: str = "EXTRACTION_FAILED") -> Job:
    job = store.fail(started(job_id), Failure(code, "It went wrong", details="line 3"), now=now_ms()).job
    finish.settle(job)
    assert job
    return job
