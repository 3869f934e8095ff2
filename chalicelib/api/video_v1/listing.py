"""GET /batch and GET /videos: what the account has submitted, newest first."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.api.envelopes import success
from chalicelib.api.video_v1 import FACE, batch_views, views
from chalicelib.api.video_v1.lookup import caller
from chalicelib.api.video_v1.query import Query
from chalicelib.api.video_v1.refusals import enveloped
from chalicelib.batches import listing
from chalicelib.batches.model import BatchStatus, JobStatus
from chalicelib.clock import now_ms


@enveloped
def batches(request: Any) -> Response:
    account = caller(request)
    query = Query(request, "limit", "offset", "status")
    limit, offset = query.page()
    words = query.choices("status", [status.value for status in BatchStatus])
    statuses = None if words is None else {BatchStatus(word) for word in words}
    page = listing.batches(account.id, FACE, limit=limit, offset=offset, statuses=statuses)
    return _page("batches", [batch_views.listed(batch) for batch in page.items], page.total, limit, offset)


@enveloped
def videos(request: Any) -> Response:
    account = caller(request)
    query = Query(request, "limit", "offset", "status")
    limit, offset = query.page()
    words = query.choices("status", [status.value for status in JobStatus])
    statuses = None if words is None else {JobStatus(word) for word in words}
    page = listing.jobs(account.id, FACE, limit=limit, offset=offset, statuses=statuses)
    now = now_ms()
    return _page("videos", [views.status(job, now) for job in page.items], page.total, limit, offset)


def _page(name: str, items: list[dict[str, Any]], total: int, limit: int, offset: int) -> Response:
    more = offset + len(items) < total and bool(items)
    return success({name: items, "total": total, "limit": limit, "offset": offset, "has_more": more})
