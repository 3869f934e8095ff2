"""GET /videos/status/{job_id} and GET /batch/status/{batch_id}."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.api.envelopes import success
from chalicelib.api.video_v1 import batch_views, views
from chalicelib.api.video_v1.lookup import caller, own_batch, own_job
from chalicelib.api.video_v1.query import Query
from chalicelib.api.video_v1.refusals import enveloped
from chalicelib.clock import now_ms


@enveloped
def video(request: Any, job_id: str) -> Response:
    account = caller(request)
    Query(request)
    job, batch = own_job(account, job_id)
    return success(views.status(job, now_ms()) | {"metadata": dict(batch.metadata)})


@enveloped
def batch(request: Any, batch_id: str) -> Response:
    account = caller(request)
    Query(request)
    return success(batch_views.status(*own_batch(account, batch_id), now_ms()))
