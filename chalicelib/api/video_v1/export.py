"""GET and HEAD /videos/export/{job_id}/{format}: a file inline while it is small, else a link to it."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib import aws
from chalicelib.api import links
from chalicelib.api.gates import Gate
from chalicelib.api.video_v1 import stored
from chalicelib.api.video_v1.lookup import caller, expired, outcome, own_job
from chalicelib.api.video_v1.query import Query
from chalicelib.api.video_v1.refusals import Refused, enveloped
from chalicelib.batches import objects
from chalicelib.batches.model import Job
from chalicelib.clock import iso, now_ms
from chalicelib.errors import InvalidRequest
from chalicelib.settings import settings
from chalicelib.text import exports
from chalicelib.text.result import Result

Headers = dict[str, str | list[str]]


@enveloped
def export(request: Any, job_id: str, format: str) -> Response:  # noqa: A002 the contract's word
    account = caller(request)
    Query(request)
    if format not in (*exports.FORMATS, *exports.ALIASES):
        known = ", ".join(exports.FORMATS)
        raise Refused(f"format: must be one of {known}", facts={"formats": list(exports.FORMATS)})
    if format == "pdf":
        Gate(account.plan).feature("pdf_export", "format")
    job, _ = own_job(account, job_id)
    made = outcome(job)
    if "expanded" in made:
        raise Refused(
            "This job was a playlist or channel: export the jobs of its child batch",
            facts={"child_batch_id": made["child_batch_id"]},
        )
    result = Result.from_json(stored.result(made))
    file = _rendered(result, format, job)
    name = exports.filename(result, format)
    # API Gateway counts Content-Length itself and would tell 0 for a HEAD: only S3 can answer one
    if len(file.content) > settings().inline_download_bytes or request.method == "HEAD":
        return _redirect(job, file, name, request.method)
    headers: Headers = {
        "Content-Type": file.content_type,
        "Content-Disposition": links.attachment(name),
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(file.content, headers, 200)


def _rendered(result: Result, format: str, job: Job) -> exports.Export:  # noqa: A002
    try:
        return exports.render(result, format, iso(job.ended_at or job.created_at))
    except InvalidRequest as error:
        raise Refused(error.message, code="EXPORT_TOO_LARGE", status=413) from error


def _redirect(job: Job, file: exports.Export, name: str, method: str) -> Response:
    key = f"{objects.of_job(job)}exports/{file.extension}"
    aws.s3().put_object(Bucket=settings().bucket, Key=key, Body=file.content, ContentType=file.content_type)
    link = links.presigned(
        key,
        filename=name,
        content_type=file.content_type,
        now=now_ms(),
        expires_at=job.expires_at or 0,
        method=method,
    )
    if link is None:  # in the last second: S3 counts in whole ones
        raise expired()
    headers: Headers = {"Location": link, "Cache-Control": "no-store", "Content-Type": "text/plain"}
    return Response(b"", headers, 302)
