"""Webhook bodies of this API."""

from __future__ import annotations

from typing import Any, Final

from chalicelib.api.video_v1 import PREFIX, batch_views, stored, summaries, views
from chalicelib.batches.model import Batch, Job, JobStatus
from chalicelib.clock import iso, now_ms

LONG: Final = (
    ("data", "summaries"),
    ("data", "metadata"),
    ("data", "video_info"),
    ("data", "error", "details"),
)
"""Left out of a body that would be too long; `content_url` leads to the summaries."""
OMITTED: Final = "{}_omitted"


def job_ended(job: Job, batch: Batch) -> dict[str, Any]:
    data: dict[str, Any] = {
        "job_id": job.id,
        "video_id": views.video_id(job),
        "video_url": views.video_url(job),
        "status": job.status.value,
    }
    if job.status is JobStatus.COMPLETED:
        data |= _success(job)
    else:
        data["error"] = views.error(views.failure(job))
    data |= {"metadata": dict(batch.metadata), **views.custom_id(job), **views.child(job)}
    return {
        "event": f"job.{job.status.value}",
        "timestamp": iso(job.ended_at or job.created_at),
        "data": data,
    }


def _success(job: Job) -> dict[str, Any]:
    """Of an attempt so late that the result has expired: without it."""
    by_mode = job.echo.get("summaries") == "object"
    over = job.expires_at is not None and now_ms() >= job.expires_at
    return {
        "video_info": views.video_info(job),
        "summaries": summaries.texts_or_by_mode({} if over else job.outcome or {}, by_mode),
        "processing_time": views.times(job)["processing_time"],
        "content_url": stored.result_link(job, now_ms()),
    }


def paths(job: Job) -> dict[str, Any]:
    found: dict[str, Any] = {"status": f"{PREFIX}/videos/status/{job.id}"}
    if job.status is JobStatus.COMPLETED:
        found["result"] = f"{PREFIX}/videos/result/{job.id}"
    if "transcript" in (job.outcome or {}):
        found["export"] = stored.export_paths(job)
    return found


def batch_ended(batch: Batch) -> dict[str, Any]:
    return {
        "event": "batch.completed",
        "timestamp": iso(batch.ended_at or batch.created_at),
        "data": {
            **batch_views.listed(batch),
            "results_url": f"{PREFIX}/batch/results/{batch.id}",
            **batch_views.files(batch, now_ms()),
        },
    }
