"""When things happened, how long a job took, and how long it may still take."""

from __future__ import annotations

from chalicelib.batches.model import Job, JobStatus
from chalicelib.clock import iso


def when(ms: int | None) -> str | None:
    return iso(ms) if ms else None


def seconds_left(job: Job, now: int) -> int | None:
    """By the pace so far; None while there is nothing to tell it from."""
    if job.status.ended:
        return 0
    if job.status is not JobStatus.PROCESSING or not job.progress or job.started_at is None:
        return None
    elapsed = (now - job.started_at) / 1000
    return round(elapsed * (100 - job.progress) / job.progress)


def seconds_taken(started_at: int | None, ended_at: int | None) -> float | None:
    """None before the end, and for a job that never started."""
    if started_at is None or ended_at is None:
        return None
    return (ended_at - started_at) / 1000
