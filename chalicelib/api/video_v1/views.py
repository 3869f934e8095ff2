"""Jobs in the words of this API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.api import pace
from chalicelib.api.video_v1.new_jobs import ATTRIBUTION
from chalicelib.batches import lifetimes
from chalicelib.batches.model import Failure, Job, JobStatus
from chalicelib.clock import iso
from chalicelib.text import urls
from chalicelib.text.request import DEFAULT_MODE

_CANCELLED = Failure("JOB_CANCELLED", "The job was cancelled")


def status(job: Job, now: int) -> dict[str, Any]:
    asked = modes(job)
    view: dict[str, Any] = {
        "job_id": job.id,
        "status": job.status.value,
        "progress_percentage": job.progress,
        "current_step": step(job),
        "estimated_time_remaining": pace.seconds_left(job, now),
        "video_id": video_id(job),
        "video_url": video_url(job),
        "summary_mode": asked[0],
        "summary_modes": asked,
        "priority": job.priority,
        **times(job),
        "expires_after": lifetimes.seconds(job.expires_after),
        "expires_at": pace.when(job.expires_at),
        **attribution(job),
        **custom_id(job),
        **child(job),
        **history(job),
    }
    return view | ({"error": error(job.failure)} if job.failure else {})


def in_batch(job: Job) -> dict[str, Any]:
    view: dict[str, Any] = {
        "job_id": job.id,
        "status": "pending" if job.status is JobStatus.QUEUED else job.status.value,
        "progress_percentage": job.progress,
        "current_step": step(job),
        **times(job),
        **custom_id(job),
        **child(job),
        **history(job),
    }
    return view | ({"error": error(job.failure)} if job.failure else {})


def times(job: Job) -> dict[str, Any]:
    return {
        "created_at": iso(job.created_at),
        "started_at": pace.when(job.started_at),
        "completed_at": pace.when(job.ended_at),
        "processing_time": pace.seconds_taken(job.started_at, job.ended_at),
    }


def step(job: Job) -> str | None:
    if job.status is JobStatus.COMPLETED:
        return "finalizing"
    return job.step if job.status is JobStatus.PROCESSING else None


def modes(job: Job) -> list[str]:
    return list(job.request.get("modes", (DEFAULT_MODE,)))


def attribution(job: Job) -> dict[str, Any]:
    return {name: job.echo.get(name) for name in ATTRIBUTION}


def custom_id(job: Job) -> dict[str, str]:
    return {"custom_id": job.custom_id} if job.custom_id else {}


def child(job: Job) -> dict[str, str]:
    """Of a playlist or channel: the batch of its videos."""
    made = (job.outcome or {}).get("child_batch_id")
    return {"child_batch_id": made} if made else {}


def history(job: Job) -> dict[str, Any]:
    """How it ended before it was retried, oldest first; nothing if it was not."""
    shown = [
        {
            "round": past.round,
            "attempts": past.attempts,
            "status": past.status.value,
            "error": error(past.error) if past.error else None,
            "ended_at": iso(past.ended_at),
        }
        for past in job.history
    ]
    return {"history": shown} if shown else {}


def video(job: Job) -> Mapping[str, Any]:
    """What is known about it so far."""
    found: Mapping[str, Any] | None = (job.outcome or {}).get("video") or job.facts.get("video")
    return found or {}


def video_info(job: Job) -> dict[str, Any] | None:
    known = video(job)
    return {n: known.get(n) for n in ("title", "duration", "thumbnail", "author", "url")} if known else None


def video_id(job: Job) -> str | None:
    known: str | None = video(job).get("video_id")
    if known:
        return known
    try:
        return urls.parse(str(job.request["url"])).video_id
    except ValueError:
        return None


def video_url(job: Job) -> str:
    """As it was sent; the video's canonical one where a playlist brought it in."""
    url = str(job.request["url"])
    return str(job.echo.get("sent_as", {}).get(url, url))


def failure(job: Job) -> Failure:
    return job.failure or _CANCELLED


def error(failure: Failure) -> dict[str, Any]:
    view: dict[str, Any] = {"code": failure.code, "message": failure.message, "retryable": failure.retryable}
    return view | ({"details": {"reason": failure.details}} if failure.details else {})
