"""GET /batch/results/{batch_id}: what a batch has brought so far, or in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalice.app import Response

from chalicelib.api import pace, usage_views
from chalicelib.api.envelopes import success
from chalicelib.api.video_v1 import batch_views, stored, summaries, views
from chalicelib.api.video_v1.lookup import caller, expired, own_batch
from chalicelib.api.video_v1.models import MAX_JOBS
from chalicelib.api.video_v1.query import MAX_OFFSET, Query
from chalicelib.api.video_v1.refusals import Refused, enveloped
from chalicelib.batches.model import Batch, Job, JobStatus
from chalicelib.clock import now_ms
from chalicelib.settings import settings


@enveloped
def results(request: Any, batch_id: str) -> Response:
    account = caller(request)
    query = Query(request, "include_failed", "summaries", "limit", "offset")
    with_failed, by_mode = query.flag("include_failed", True), query.by_mode()
    most = max(MAX_JOBS, settings().expand_limit)
    limit, offset = query.number("limit", most, 1, most), query.number("offset", 0, 0, MAX_OFFSET)
    batch, jobs = own_batch(account, batch_id)
    now = now_ms()
    if batch.expires_at is not None and now >= batch.expires_at:
        raise expired()
    page = jobs[offset : offset + limit]
    data = {
        "batch_id": batch.id,
        "status": batch.status.value,
        "successful_jobs": [_successful(job, by_mode, now) for job in page if _completed(job)],
        "failed_jobs": [_failed(job) for job in page if with_failed and _ended_badly(job)],
        "summary_stats": _stats(batch, jobs),
        **batch_views.times(batch, jobs),
        "expires_at": pace.when(batch.expires_at),
        **batch_views.files(batch, now),
        **batch_views.labels(batch),
        "usage": usage_views.of_batch(batch),
        "limit": limit,
        "offset": offset,
        "has_more": bool(page) and offset + len(page) < len(jobs),
    }
    if not stored.fits(data):
        too_large = "The results do not fit into one answer: ask for them in pages, with limit and offset"
        raise Refused(too_large, code="RESULTS_ERROR", status=413, facts={"total": len(jobs), "limit": limit})
    return success(data)


def _completed(job: Job) -> bool:
    return job.status is JobStatus.COMPLETED


def _ended_badly(job: Job) -> bool:
    return job.status.ended and not _completed(job)


def _stats(batch: Batch, jobs: Sequence[Job]) -> dict[str, int]:
    """By the jobs themselves, as an ended one is counted a moment later."""
    return {
        "total": batch.total,
        "successful": sum(map(_completed, jobs)),
        "failed": sum(map(_ended_badly, jobs)),
    }


def _successful(job: Job, by_mode: bool, now: int) -> dict[str, Any]:
    """A job may have ended, and so expires, long before its batch."""
    over = job.expires_at is not None and now >= job.expires_at
    outcome: Mapping[str, Any] = {"warnings": ["result_expired"]} if over else job.outcome or {}
    transcript = outcome.get("transcript", {})
    view: dict[str, Any] = {
        "job_id": job.id,
        "summaries": summaries.texts_or_by_mode(outcome, by_mode),
        "summary_details": summaries.details(outcome),
        "video_id": views.video_id(job),
        "video_url": views.video_url(job),
        "video_info": views.video_info(job),
        "language": transcript.get("language"),
        "is_generated": transcript.get("is_generated"),
        "transcript_source": transcript.get("source"),
        "transcript_url": stored.transcript_link(job, now),
        "content_url": stored.result_link(job, now),
        "export_urls": stored.export_paths(job) if transcript else {},
        "processing_time": views.times(job)["processing_time"],
        "warnings": list(outcome.get("warnings", ())),
        "usage": usage_views.of_job(job),
        **views.custom_id(job),
        **views.child(job),
        **views.history(job),
    }
    return view | ({"expanded": outcome["expanded"]} if "expanded" in outcome else {})


def _failed(job: Job) -> dict[str, Any]:
    return {
        "job_id": job.id,
        "error": views.error(views.failure(job)),
        "video_id": views.video_id(job),
        "video_url": views.video_url(job),
        "usage": usage_views.of_job(job),
        **views.custom_id(job),
        **views.history(job),
    }
