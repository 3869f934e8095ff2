"""GET /jobs: what the account has submitted, newest first."""

from __future__ import annotations

from typing import Any, Final

from chalice.app import Response

from chalicelib.api import query
from chalicelib.api.access import caller
from chalicelib.api.audio_v1 import FACE, cursors, views
from chalicelib.api.envelopes import enveloped, success
from chalicelib.batches import listing
from chalicelib.batches.model import JobStatus
from chalicelib.clock import now_ms

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 100


@enveloped
def jobs(request: Any) -> Response:
    account = caller(request)
    given = query.read(request, "status", "limit", "cursor")
    words = query.choices(given, "status", [status.value for status in JobStatus])
    found, after = listing.jobs_after(
        account.id,
        FACE,
        limit=query.number(given, "limit", DEFAULT_LIMIT, MAX_LIMIT),
        after=cursors.read(given.get("cursor")),
        statuses=None if words is None else {JobStatus(word) for word in words},
    )
    now = now_ms()
    shown = [views.job(job, batch.metadata, now) | {"batchId": batch.id} for job, batch in found]
    return success({"jobs": shown, "nextCursor": cursors.written(after)})
