"""DELETE /batch/{batch_id}, and /videos/{job_id} of one that was submitted alone."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.api.deleting import of_its_batch
from chalicelib.api.envelopes import success
from chalicelib.api.video_v1.lookup import caller, no_batch, no_job, own_batch, own_job
from chalicelib.api.video_v1.query import Query
from chalicelib.api.video_v1.refusals import enveloped
from chalicelib.batches.deletion import delete


@enveloped
def batch(request: Any, batch_id: str) -> Response:
    account = caller(request)
    Query(request)
    found, jobs = own_batch(account, batch_id)
    if not delete(found, jobs):
        raise no_batch()
    return success({"batch_id": found.id, "deleted": True})


@enveloped
def video(request: Any, job_id: str) -> Response:
    account = caller(request)
    Query(request)
    found, around = own_job(account, job_id)
    if not around.single:
        raise of_its_batch(around)
    if not delete(around, [found]):
        raise no_job()
    return success({"job_id": found.id, "deleted": True})
