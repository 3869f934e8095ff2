"""GET /status/{jobId} and GET /batch/{batchId}."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.api.access import caller
from chalicelib.api.audio_v1 import views
from chalicelib.api.audio_v1.lookup import own_batch, own_job
from chalicelib.api.envelopes import enveloped, success
from chalicelib.clock import now_ms


@enveloped
def job(request: Any, job_id: str) -> Response:
    found, batch = own_job(caller(request), job_id)
    return success(views.job(found, batch.metadata, now_ms()))


@enveloped
def batch(request: Any, batch_id: str) -> Response:
    return success(views.batch(*own_batch(caller(request), batch_id), now_ms()))
