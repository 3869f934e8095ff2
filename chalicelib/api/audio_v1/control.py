"""POST /batch/{batchId}/cancel and /retry, POST /jobs/{jobId}/cancel and /retry."""

from __future__ import annotations

from typing import Annotated, Any

from chalice.app import Response
from pydantic import Field

from chalicelib.accounts.account import Account
from chalicelib.api import bodies, retries
from chalicelib.api.access import caller
from chalicelib.api.audio_v1 import views
from chalicelib.api.audio_v1.lookup import no_job, own_batch, own_job
from chalicelib.api.bodies import Strict
from chalicelib.api.envelopes import enveloped, success
from chalicelib.api.once import once
from chalicelib.batches import store
from chalicelib.batches.cancelling import cancel_batch, cancel_job
from chalicelib.batches.ids import MAX_JOBS
from chalicelib.batches.model import Batch
from chalicelib.batches.retrying import retry
from chalicelib.clock import now_ms
from chalicelib.errors import Gone, InvalidRequest


class RetryBody(Strict):
    jobIds: Annotated[list[str], Field(min_length=1, max_length=MAX_JOBS)] | None = None  # noqa: N815


@enveloped
def batch_cancel(request: Any, batch_id: str) -> Response:
    account = caller(request)
    bodies.require_none(request.raw_body)

    def cancel() -> Response:
        cancel_batch(*own_batch(account, batch_id))
        return _batch(account, batch_id, "Batch cancelled")

    return once(request, account, cancel)


@enveloped
def job_cancel(request: Any, job_id: str) -> Response:
    account = caller(request)
    bodies.require_none(request.raw_body)

    def cancel() -> Response:
        cancel_job(own_job(account, job_id)[0])
        return _job(account, job_id, "Job cancelled")

    return once(request, account, cancel)


@enveloped
def batch_retry(request: Any, batch_id: str) -> Response:
    account = caller(request)
    return once(request, account, lambda: _retry_batch(request, account, batch_id))


def _retry_batch(request: Any, account: Account, batch_id: str) -> Response:
    asked = _asked(request.raw_body)
    batch, jobs = own_batch(account, batch_id)
    _require_kept(batch)
    retry(batch, jobs, retries.indexes(asked, jobs, "jobIds", InvalidRequest))
    return _batch(account, batch_id, "Jobs queued again")


@enveloped
def job_retry(request: Any, job_id: str) -> Response:
    account = caller(request)
    bodies.require_none(request.raw_body)
    return once(request, account, lambda: _retry_job(account, job_id))


def _retry_job(account: Account, job_id: str) -> Response:
    job, batch = own_job(account, job_id)
    loaded = store.load(job.token)
    if loaded is None:
        raise no_job()
    _require_kept(batch)
    retry(*loaded, {job.index})
    return _job(account, job_id, "Job queued again")


def _asked(body: bytes) -> list[str] | None:
    """Raises InvalidRequest."""
    return bodies.read(RetryBody, body, lambda *_: "INVALID_REQUEST").jobIds if body.strip() else None


def _require_kept(batch: Batch) -> None:
    """Raises Gone."""
    if retries.over(batch, now_ms()):
        raise Gone("It has expired: jobs are kept for a limited time, submit them again")


def _batch(account: Account, batch_id: str, message: str) -> Response:
    return success(views.batch(*own_batch(account, batch_id), now_ms()), message=message)


def _job(account: Account, job_id: str, message: str) -> Response:
    job, batch = own_job(account, job_id)
    return success(views.job(job, batch.metadata, now_ms()), message=message)
