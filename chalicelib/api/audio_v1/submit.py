"""POST /batch and POST /extract."""

from __future__ import annotations

import re
from typing import Any

from chalice.app import Response

from chalicelib.accounts.keys import Account
from chalicelib.api import bodies
from chalicelib.api.access import caller
from chalicelib.api.audio_v1 import LINKS
from chalicelib.api.audio_v1.models import BatchBody, JobBody, Options, error_code
from chalicelib.api.envelopes import enveloped, success
from chalicelib.audio.request import DEFAULT_QUALITY, AudioRequest
from chalicelib.batches.model import NewJob
from chalicelib.batches.submit import Accepted, Submission, submit
from chalicelib.errors import InvalidRequest

FACE = "audio_v1"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@enveloped
def batch(request: Any) -> Response:
    account = caller(request.headers)
    body = bodies.read(BatchBody, request.raw_body, error_code)
    accepted = _submit(request, account, body.jobs, "/batch", body.webhook)
    data = {
        "batchId": accepted.batch.id,
        "totalJobs": accepted.batch.total,
        "jobs": [{"jobId": job.id, "status": "queued"} for job in accepted.jobs],
    }
    return success(data, 202, "Batch jobs queued successfully", _replayed(accepted))


@enveloped
def extract(request: Any) -> Response:
    account = caller(request.headers)
    body = bodies.read(JobBody, request.raw_body, error_code)
    accepted = _submit(request, account, [body], "/extract", None)
    job = accepted.jobs[0]
    data = {
        "jobId": job.id,
        "status": "queued",
        "estimatedTime": accepted.batch.estimated_seconds,
        "statusUrl": f"{LINKS}/status/{job.id}",
    }
    return success(data, 202, "Extraction job queued successfully", _replayed(accepted))


def _submit(request: Any, account: Account, jobs: list[JobBody], path: str, webhook: str | None) -> Accepted:
    return submit(
        Submission(
            account=account.id,
            kind="audio",
            face=FACE,
            jobs=[_new_job(job, webhook) for job in jobs],
            webhooks=(webhook,) if webhook else (),
            idempotency=_idempotency(request.headers.get("idempotency-key"), path),
        )
    )


def _new_job(body: JobBody, batch_webhook: str | None) -> NewJob:
    options = body.options or Options()
    request = AudioRequest(
        url=body.source.url,
        format=body.output.format,
        quality=body.output.quality or DEFAULT_QUALITY,
        bitrate=body.output.bits_per_second,
        normalize=bool(body.output.normalize),
        preserve_metadata=bool(body.output.preserveMetadata),
        filename=options.filename,
    )
    # one URL named twice is told once; a dict keeps the order
    webhooks = dict.fromkeys(url for url in (options.webhook, batch_webhook) if url)
    echo = {"filename": options.filename, "webhook": options.webhook}
    return NewJob(request.to_json(), options.priority or "normal", tuple(webhooks), echo)


def _idempotency(key: str | None, path: str) -> tuple[str, str] | None:
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise InvalidRequest("Idempotency-Key: must be 1 to 255 printable ASCII characters without spaces")
    return key, FACE + path


def _replayed(accepted: Accepted) -> dict[str, str]:
    return {"Idempotent-Replayed": "true"} if accepted.replayed else {}
