"""Webhook bodies of this API: flat, camelCase; `batch.completed` is an addition of ours."""

from __future__ import annotations

from typing import Any, Final

from chalicelib.api.audio_v1 import LINKS, views
from chalicelib.batches.finish import counts
from chalicelib.batches.model import Batch, Job, JobStatus
from chalicelib.clock import iso, now_ms

LONG: Final = (("metadata",), ("error", "details"))
"""Left out of a body that would be too long."""
OMITTED: Final = "{}Omitted"


def job_ended(job: Job, batch: Batch) -> dict[str, Any]:
    event: dict[str, Any] = {
        "event": f"job.{job.status.value}",
        "jobId": job.id,
        "status": job.status.value,
        "timestamp": iso(job.ended_at or job.created_at),
        **views.label(job),
        **views.labels(batch.metadata),
    }
    if job.status is JobStatus.COMPLETED:
        event["downloadUrl"] = views.download_url(job)
        event["outputFile"] = views.output_file(job, now_ms())
    if job.failure:
        event["error"] = views.error(job.failure)
    return event


def paths(job: Job) -> dict[str, Any]:
    found = {"status": f"{LINKS}/status/{job.id}"}
    return found | ({"download": views.download_url(job)} if job.status is JobStatus.COMPLETED else {})


def batch_ended(batch: Batch) -> dict[str, Any]:
    return {
        "event": "batch.completed",
        "batchId": batch.id,
        "status": batch.status.value,
        "timestamp": iso(batch.ended_at or batch.created_at),
        "counts": counts(batch),
        "usage": views.batch_usage(batch),
        "statusUrl": f"{LINKS}/batch/{batch.id}",
        **views.files(batch, now_ms()),
        **views.labels(batch.metadata),
    }
