"""POST /batch/cancel/{batch_id} and /batch/retry/{batch_id}, and the same of one video."""

from __future__ import annotations

from typing import Annotated, Any

from chalice.app import Response
from pydantic import Field

from chalicelib.accounts.account import Account
from chalicelib.api import bodies, retries
from chalicelib.api.bodies import Strict
from chalicelib.api.envelopes import success
from chalicelib.api.once import once
from chalicelib.api.video_v1 import batch_views, reading, views
from chalicelib.api.video_v1.lookup import caller, expired, no_job, own_batch, own_job
from chalicelib.api.video_v1.query import Query
from chalicelib.api.video_v1.refusals import Refused, enveloped
from chalicelib.batches import store
from chalicelib.batches.cancelling import cancel_batch, cancel_job
from chalicelib.batches.ids import MAX_JOBS
from chalicelib.batches.retrying import retry
from chalicelib.clock import now_ms


class RetryBody(Strict):
    job_ids: Annotated[list[str], Field(min_length=1, max_length=MAX_JOBS)] | None = None


@enveloped
def batch_cancel(request: Any, batch_id: str) -> Response:
    account = _bare(request)

    def cancel() -> Response:
        cancel_batch(*own_batch(account, batch_id))
        return _batch(account, batch_id)

    return once(request, account, cancel)


@enveloped
def video_cancel(request: Any, job_id: str) -> Response:
    account = _bare(request)

    def cancel() -> Response:
        cancel_job(own_job(account, job_id)[0])
        return _video(account, job_id)

    return once(request, account, cancel)


@enveloped
def batch_retry(request: Any, batch_id: str) -> Response:
    account = caller(request)
    Query(request)
    return once(request, account, lambda: _retry_batch(request, account, batch_id))


def _retry_batch(request: Any, account: Account, batch_id: str) -> Response:
    body = reading.body(RetryBody, request.raw_body) if request.raw_body.strip() else RetryBody()
    batch, jobs = own_batch(account, batch_id)
    if retries.over(batch, now_ms()):
        raise expired()
    retry(batch, jobs, retries.indexes(body.job_ids, jobs, "job_ids", Refused))
    return _batch(account, batch_id)


@enveloped
def video_retry(request: Any, job_id: str) -> Response:
    account = _bare(request)
    return once(request, account, lambda: _retry_video(account, job_id))


def _retry_video(account: Account, job_id: str) -> Response:
    job, batch = own_job(account, job_id)
    loaded = store.load(job.token)
    if loaded is None:
        raise no_job()
    if retries.over(batch, now_ms()):
        raise expired()
    retry(*loaded, {job.index})
    return _video(account, job_id)


def _bare(request: Any) -> Account:
    """Who calls; for what takes neither a query nor a body."""
    account = caller(request)
    Query(request)
    bodies.require_none(request.raw_body)
    return account


def _batch(account: Account, batch_id: str) -> Response:
    return success(batch_views.status(*own_batch(account, batch_id), now_ms()))


def _video(account: Account, job_id: str) -> Response:
    job, batch = own_job(account, job_id)
    return success(views.status(job, now_ms()) | {"metadata": dict(batch.metadata)})
