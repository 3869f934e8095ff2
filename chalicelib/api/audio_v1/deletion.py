"""DELETE /batch/{batchId}, and /jobs/{jobId} of one that was submitted alone."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.api.access import caller
from chalicelib.api.audio_v1.lookup import no_batch, no_job, own_batch, own_job
from chalicelib.api.deleting import of_its_batch
from chalicelib.api.envelopes import enveloped, success
from chalicelib.batches.deletion import delete


@enveloped
def batch(request: Any, batch_id: str) -> Response:
    found, jobs = own_batch(caller(request), batch_id)
    if not delete(found, jobs):
        raise no_batch()
    return success({"batchId": found.id, "deleted": True}, message="Batch deleted")


@enveloped
def job(request: Any, job_id: str) -> Response:
    found, around = own_job(caller(request), job_id)
    if not around.single:
        raise of_its_batch(around)
    if not delete(around, [found]):
        raise no_job()
    return success({"jobId": found.id, "deleted": True}, message="Job deleted")
