"""GET and HEAD /download/{jobId}: the bytes while they fit into one answer, else a link to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice.app import Response

from chalicelib import aws
from chalicelib.api import links, ranges
from chalicelib.api.access import caller
from chalicelib.api.audio_v1.lookup import own_job
from chalicelib.api.envelopes import enveloped, failure
from chalicelib.audio.request import CONTENT_TYPES
from chalicelib.batches.model import Job, JobStatus
from chalicelib.clock import now_ms
from chalicelib.errors import Gone, RequestError
from chalicelib.settings import settings

Headers = dict[str, str | list[str]]
_DOCUMENTED_STATUS = {"INVALID_VIDEO": 400}
_FAILED_STATUS = 422
"""For a failed job: the contract is silent, and a client must not save the error as audio."""


@enveloped
def download(request: Any, job_id: str) -> Response:
    job, _ = own_job(caller(request), job_id)
    output = _finished_output(job)
    now = now_ms()
    if job.expires_at is None or now >= job.expires_at:
        raise _expired()
    # API Gateway counts Content-Length itself and would tell 0 for a HEAD: only S3 can answer one
    if output["size"] > settings().inline_download_bytes or request.method == "HEAD":
        return _redirect(job, output, request.method, now)
    return _inline(request, output)


def _finished_output(job: Job) -> Mapping[str, Any]:
    if job.status is JobStatus.COMPLETED and job.outcome:
        output: Mapping[str, Any] = job.outcome["output"]
        return output
    if failed := job.failure:
        error = RequestError(failed.message, code=failed.code, details=failed.details)
        error.status = _DOCUMENTED_STATUS.get(failed.code, _FAILED_STATUS)
        raise error
    if job.status is JobStatus.CANCELLED:
        raise Gone("The job was cancelled", code="JOB_CANCELLED")
    early = RequestError(
        "The job has not finished yet: ask for its status until it has", code="JOB_NOT_COMPLETED"
    )
    early.status = 202
    raise early


def _redirect(job: Job, output: Mapping[str, Any], method: str, now: int) -> Response:
    link = links.presigned(
        output["key"],
        filename=output["filename"],
        content_type=CONTENT_TYPES[output["format"]],
        now=now,
        expires_at=job.expires_at or 0,
        method=method,
    )
    if link is None:  # in the last second: S3 counts in whole ones
        raise _expired()
    headers: Headers = {"Location": link, "Cache-Control": "no-store", "Content-Type": "text/plain"}
    return Response(b"", headers, 302)


def _expired() -> Gone:
    return Gone("The audio file has expired: files are kept for a limited time, submit the job again")


def _inline(request: Any, output: Mapping[str, Any]) -> Response:
    size: int = output["size"]
    headers: Headers = {
        "Content-Type": CONTENT_TYPES[output["format"]],
        "Content-Disposition": links.attachment(output["filename"]),
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
    }
    # we send no validators, so a condition on one can only fail, and then the whole is asked for
    asked = None if "if-range" in request.headers else request.headers.get("range")
    span = ranges.parse(asked, size)
    if span is ranges.UNSATISFIABLE:
        return _beyond_the_end(size)
    if span is None:
        return Response(_bytes(output["key"], ranges.Span(0, size - 1)), headers, 200)
    headers["Content-Range"] = f"bytes {span.first}-{span.last}/{size}"
    return Response(_bytes(output["key"], span), headers, 206)


def _beyond_the_end(size: int) -> Response:
    error = RequestError(f"Range: the file has {size} bytes")
    error.status = 416
    return failure(error, {"Content-Range": f"bytes */{size}"})


def _bytes(key: str, span: ranges.Span) -> bytes:
    s3 = aws.s3()
    try:
        answer = s3.get_object(Bucket=settings().bucket, Key=key, Range=f"bytes={span.first}-{span.last}")
    except s3.exceptions.NoSuchKey as error:
        raise Gone("The audio file is no longer there: submit the job again") from error
    return answer["Body"].read()
