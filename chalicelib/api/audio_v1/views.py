"""Jobs and batches in the words of this API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.api import batch_files, links, pace, usage_views
from chalicelib.api.audio_v1 import LINKS
from chalicelib.api.camel import camel
from chalicelib.api.links import Link
from chalicelib.audio.request import CONTENT_TYPES
from chalicelib.batches import lifetimes
from chalicelib.batches.finish import counts
from chalicelib.batches.model import Batch, Failure, Job, JobStatus
from chalicelib.clock import iso

_STEPS = {
    "downloading": "downloading_video",
    "analyzing": "analyzing_video",
    "extracting": "extracting_audio",
    "finalizing": "finalizing",
}


_LOUDNESS = {
    "input_lufs": "input",
    "output_lufs": "output",
    "target_lufs": "target",
    "gain_db": "gain",
    "limited": "limited",
}


def job(job: Job, metadata: Mapping[str, str], now: int) -> dict[str, Any]:
    view: dict[str, Any] = {
        "jobId": job.id,
        "status": job.status.value,
        "progress": job.progress,
        "currentStep": _step(job),
        "estimatedTimeRemaining": pace.seconds_left(job, now),
        "inputFile": _input_file(job),
        "outputFile": output_file(job, now),
        "options": _options(job),
        "createdAt": iso(job.created_at),
        "startedAt": pace.when(job.started_at),
        "completedAt": pace.when(job.ended_at),
        "expiresAfter": lifetimes.seconds(job.expires_after),
        "expiresAt": pace.when(job.expires_at) if job.status is JobStatus.COMPLETED else None,
        **label(job),
        **labels(metadata),
    }
    if job.status is JobStatus.COMPLETED:
        view["downloadUrl"] = download_url(job)
        view["warnings"] = list((job.outcome or {}).get("warnings", ()))
    if job.status.ended:
        view["usage"] = usage(job)
    if job.failure:
        view["error"] = error(job.failure)
    return view | history(job)


def history(job: Job) -> dict[str, Any]:
    """How it ended before it was retried, oldest first; nothing if it was not."""
    shown = [
        {
            "round": past.round,
            "attempts": past.attempts,
            "status": past.status.value,
            "error": error(past.error) if past.error else None,
            "endedAt": iso(past.ended_at),
        }
        for past in job.history
    ]
    return {"history": shown} if shown else {}


def batch(batch: Batch, jobs: Sequence[Job], now: int) -> dict[str, Any]:
    return {
        "batchId": batch.id,
        "status": batch.status.value,
        "totalJobs": batch.total,
        "counts": counts_by_status(batch, jobs),
        "createdAt": iso(batch.created_at),
        "completedAt": pace.when(batch.ended_at),
        "expiresAt": pace.when(batch.expires_at),
        "expiresAfter": lifetimes.seconds(batch.expires_after),
        **files(batch, now),
        **labels(batch.metadata),
        "usage": batch_usage(batch),
        "jobs": [
            {"jobId": job.id, "status": job.status.value, "progress": job.progress}
            | label(job)
            | ({"error": error(job.failure)} if job.failure else {})
            | history(job)
            for job in jobs
        ],
    }


def usage(job: Job) -> dict[str, Any] | None:
    """None until it has ended."""
    view: dict[str, Any] | None = camel(usage_views.of_job(job))
    return view


def batch_usage(batch: Batch) -> dict[str, Any] | None:
    """None until it is counted, a moment after the end."""
    view: dict[str, Any] | None = camel(usage_views.of_batch(batch))
    return view


def counts_by_status(batch: Batch, jobs: Sequence[Job]) -> dict[str, int]:
    """They always add up to the total."""
    tally = {status.value: 0 for status in JobStatus}
    for each in jobs:
        tally[each.status.value] += 1
    return tally if jobs else counts(batch)


def label(job: Job) -> dict[str, str]:
    """The caller's own id, in the field it was sent in; nothing if there is none."""
    return {job.echo.get("custom_id_field", "customId"): job.custom_id} if job.custom_id else {}


def labels(metadata: Mapping[str, str]) -> dict[str, Any]:
    return {"metadata": dict(metadata)} if metadata else {}


def output_file(job: Job, now: int) -> dict[str, Any] | None:
    output: Mapping[str, Any] | None = (job.outcome or {}).get("output")
    if not output:
        return None
    return {
        "filename": output["filename"],
        "url": links.presigned(
            output["key"],
            filename=output["filename"],
            content_type=CONTENT_TYPES[output["format"]],
            now=now,
            expires_at=job.expires_at or 0,
        ),
        "size": output["size"],
        "duration": output["duration"],
        "format": output["format"],
        "bitrate": f"{round(output['bitrate'] / 1000)}k" if output["bitrate"] else None,
        "codec": output["codec"],
        "sampleRate": output["sample_rate"],
        "channels": output["channels"],
        **({"destination": output["destination"]} if "destination" in output else {}),
        **_loudness(job),
    }


def _loudness(job: Job) -> dict[str, Any]:
    """Of normalised sound: LUFS, dBTP and dB."""
    reached: Mapping[str, Any] | None = (job.outcome or {}).get("loudness")
    if not reached:
        return {}
    return {"loudness": {shown: reached.get(name) for name, shown in _LOUDNESS.items()}}


def error(failure: Failure) -> dict[str, Any]:
    view: dict[str, Any] = {"code": failure.code, "message": failure.message, "retryable": failure.retryable}
    return view | ({"details": failure.details} if failure.details else {})


def download_url(job: Job) -> str:
    return f"{LINKS}/download/{job.id}"


def _step(job: Job) -> str | None:
    if job.status is JobStatus.COMPLETED:
        return "finalizing"
    return _STEPS.get(job.step or "") if job.status is JobStatus.PROCESSING else None


def _input_file(job: Job) -> dict[str, Any] | None:
    found: Mapping[str, Any] | None = (job.outcome or {}).get("input") or job.facts.get("input")
    return {name: found.get(name) for name in ("name", "size", "duration", "format")} if found else None


def _options(job: Job) -> dict[str, Any]:
    return {name: job.echo.get(name) for name in ("filename", "webhook")} | {"priority": job.priority}


def files(batch: Batch, now: int) -> dict[str, Any]:
    """`resultsFile` and `errorsFile`, each null until it is written and once it has expired."""
    return {f"{name}File": _file(link) for name, link in batch_files.links_to(batch, now).items()}


def _file(link: Link | None) -> dict[str, str] | None:
    return {"url": link.url, "expiresAt": iso(link.expires_at)} if link else None
