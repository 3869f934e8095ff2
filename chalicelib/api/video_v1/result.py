"""GET /videos/result/{job_id}: the transcript and the summaries of one video."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice.app import Response

from chalicelib.api import pace, usage_views
from chalicelib.api.envelopes import success
from chalicelib.api.video_v1 import stored, summaries, views
from chalicelib.api.video_v1.lookup import caller, outcome, own_job
from chalicelib.api.video_v1.query import Query
from chalicelib.api.video_v1.refusals import enveloped
from chalicelib.batches.model import Job
from chalicelib.clock import now_ms


@enveloped
def result(request: Any, job_id: str) -> Response:
    account = caller(request)
    by_mode = Query(request, "summaries").by_mode()
    job, batch = own_job(account, job_id)
    made = outcome(job)
    now = now_ms()
    data: dict[str, Any] = {
        "job_id": job.id,
        "status": job.status.value,
        "video_id": views.video_id(job),
        "video_url": views.video_url(job),
        "video_info": views.video_info(job),
        "transcript": None,
        "summaries": summaries.texts_or_by_mode(made, by_mode),
        "summary_details": summaries.details(made),
        "content_url": stored.result_link(job, now),
        "infographic_url": None,
        **views.times(job),
        "expires_at": pace.when(job.expires_at),
        "warnings": list(made.get("warnings", ())),
        "usage": usage_views.of_job(job),
        **views.attribution(job),
        **views.custom_id(job),
        **views.child(job),
        **views.history(job),
        "metadata": dict(batch.metadata),
    }
    if "expanded" in made:
        return success(data | {"expanded": made["expanded"]})
    return success(_with_content(data, job, made, by_mode, now))


def _with_content(
    data: dict[str, Any], job: Job, made: Mapping[str, Any], by_mode: bool, now: int
) -> dict[str, Any]:
    whole = stored.result(made)
    if by_mode:
        data["summaries"] = summaries.with_structure(made, whole["summaries"])
    found = whole["transcript"]
    transcript = {
        "text": found["text"],
        "segments": found["segments"],
        **{name: made["transcript"].get(name) for name in _FACTS},
        "url": stored.transcript_link(job, now),
    }
    filled = data | {"transcript": transcript}
    if stored.fits(filled):
        return filled
    return data | {"transcript": transcript | {"text": None, "segments": None}}


_FACTS = (
    "language",
    "language_name",
    "is_generated",
    "source",
    "translated_from",
    "truncated",
    "words",
    "characters",
)
