"""Batches in the words of this API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.api import batch_files, pace, usage_views
from chalicelib.api.links import Link
from chalicelib.api.video_v1 import views
from chalicelib.batches import lifetimes
from chalicelib.batches.model import Batch, Job
from chalicelib.clock import iso

_WORDS = ("pending", "processing", "completed", "failed", "cancelled")


def status(batch: Batch, jobs: Sequence[Job], now: int) -> dict[str, Any]:
    return {
        "batch_id": batch.id,
        "status": batch.status.value,
        "total": batch.total,
        "counts": _counts(jobs),
        "progress_percentage": _progress(jobs),
        **times(batch, jobs),
        "expires_after": lifetimes.seconds(batch.expires_after),
        "expires_at": pace.when(batch.expires_at),
        **files(batch, now),
        **labels(batch),
        "usage": usage_views.of_batch(batch),
        "individual_jobs": [views.in_batch(job) for job in jobs],
    }


def listed(batch: Batch) -> dict[str, Any]:
    """Without its jobs, which a list does not read."""
    return {
        "batch_id": batch.id,
        "status": batch.status.value,
        "total": batch.total,
        "summary_stats": stats(batch),
        "created_at": iso(batch.created_at),
        "completed_at": pace.when(batch.ended_at),
        "expires_at": pace.when(batch.expires_at),
        **labels(batch),
        "usage": usage_views.of_batch(batch),
    }


def stats(batch: Batch) -> dict[str, int]:
    """A cancelled job is one without a result, so it counts with the failed ones."""
    return {
        "total": batch.total,
        "successful": len(batch.done),
        "failed": len(batch.failed | batch.cancelled),
    }


def times(batch: Batch, jobs: Sequence[Job]) -> dict[str, Any]:
    began = min((job.started_at for job in jobs if job.started_at is not None), default=None)
    return {
        "created_at": iso(batch.created_at),
        "started_at": pace.when(began),
        "completed_at": pace.when(batch.ended_at),
        "processing_time": pace.seconds_taken(began, batch.ended_at),
    }


def files(batch: Batch, now: int) -> dict[str, Any]:
    """`results_file` and `errors_file`, each null until it is written and once it has expired."""
    return {f"{name}_file": _file(link) for name, link in batch_files.links_to(batch, now).items()}


def _file(link: Link | None) -> dict[str, str] | None:
    return {"url": link.url, "expires_at": iso(link.expires_at)} if link else None


def labels(batch: Batch) -> dict[str, Any]:
    return {"metadata": dict(batch.metadata)} | ({"parent_job_id": batch.parent} if batch.parent else {})


def _counts(jobs: Sequence[Job]) -> dict[str, int]:
    """They always add up to the total."""
    tally = dict.fromkeys(_WORDS, 0)
    for job in jobs:
        tally[views.in_batch(job)["status"]] += 1
    return tally


def _progress(jobs: Sequence[Job]) -> int:
    """The mean, rounded down: 100 only when every job has ended, however it did."""
    return sum(100 if job.status.ended else min(job.progress, 99) for job in jobs) // max(1, len(jobs))
