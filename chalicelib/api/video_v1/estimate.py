"""POST /batch/estimate and POST /videos/estimate: what the call would need and cost. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalice.app import Response

from chalicelib.api import estimates
from chalicelib.api.envelopes import success
from chalicelib.api.orders import ordered
from chalicelib.api.video_v1.lookup import caller
from chalicelib.api.video_v1.query import Query
from chalicelib.api.video_v1.refusals import enveloped
from chalicelib.api.video_v1.submit import planned_batch, planned_video
from chalicelib.batches.submit import Submission


@enveloped
def batch(request: Any) -> Response:
    return _answer(request, planned_batch)


@enveloped
def video(request: Any) -> Response:
    return _answer(request, planned_video)


def _answer(request: Any, planned: Callable[..., Submission]) -> Response:
    account = caller(request)
    asked = Query(request, "summaries", "minutes")
    by_mode = asked.by_mode()
    minutes = asked.number("minutes", estimates.DEFAULT_MINUTES, 1, estimates.MAX_MINUTES)
    new = planned(ordered(request, account), by_mode, keep=False)
    return success(estimates.estimated(account, new, minutes))
