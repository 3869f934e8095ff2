"""POST /batch/process and POST /videos/process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from chalice.app import Response

from chalicelib.api import idempotency
from chalicelib.api.envelopes import success
from chalicelib.api.orders import Face, Order, ordered
from chalicelib.api.video_v1 import FACE, gates, reading, views
from chalicelib.api.video_v1.lookup import caller, sender
from chalicelib.api.video_v1.models import BatchBody, VideoBody, VideoItem
from chalicelib.api.video_v1.new_jobs import keep_captions, new_jobs
from chalicelib.api.video_v1.query import Query
from chalicelib.api.video_v1.refusals import enveloped
from chalicelib.batches.model import NewJob
from chalicelib.batches.submit import Submission, submit
from chalicelib.clock import iso


@enveloped
def batch(request: Any) -> Response:
    order = ordered(request, caller(request))
    return _batch(order, by_mode=Query(request, "summaries").by_mode())


@enveloped
def video(request: Any) -> Response:
    order = ordered(request, caller(request))
    return _video(order, by_mode=Query(request, "summaries").by_mode())


def planned_batch(order: Order, by_mode: bool = False, *, keep: bool = True) -> Submission:
    """`keep`: whether captions that came along are kept for its jobs. Raises InvalidRequest, Refused; what
    the submission does `before` raises NotInPlan."""
    body = reading.body(BatchBody, order.body)
    array, items = body.items
    key = order.idempotency(FACE + "/batch/process")
    priority = body.priority or "normal"
    jobs = new_jobs(order.account, items, array=array, priority=priority, by_mode=by_mode, idempotency=key)
    return Submission(
        account=order.account.id,
        kind="text",
        face=FACE,
        jobs=jobs,
        webhooks=(body.webhook_url,) if body.webhook_url else (),
        idempotency=key,
        metadata=body.metadata or {},
        expires_after=body.expires_after,
        longest=order.longest,
        merge_equal=True,
        parallel=body.parallel_processing is not False,
        reply_to=order.reply_to,
        correlation_id=order.correlation_id,
        before=_before(partial(gates.of_batch, order.account.plan, body), jobs, items, keep),
        guards=order.guards(len(items)),
        limits=order.limits,
        concurrent=order.concurrent,
        key_id=order.account.key_id,
    )


def _batch(order: Order, by_mode: bool = False) -> Response:
    accepted = submit(planned_batch(order, by_mode))
    data = {
        "batch_id": accepted.batch.id,
        "status": "processing",
        "total": accepted.batch.total,
        "individual_jobs": [
            {"job_id": job.id, "status": "pending"} | views.custom_id(job) for job in accepted.jobs
        ],
        "created_at": iso(accepted.batch.created_at),
    }
    return success(data, headers=idempotency.replayed(accepted))


def planned_video(order: Order, by_mode: bool = False, *, keep: bool = True) -> Submission:
    """As `planned_batch`."""
    body = reading.body(VideoBody, order.body)
    key = order.idempotency(FACE + "/videos/process")
    jobs = new_jobs(order.account, [body], array="", priority="normal", by_mode=by_mode, idempotency=key)
    return Submission(
        account=order.account.id,
        kind="text",
        face=FACE,
        jobs=jobs,
        idempotency=key,
        metadata=body.metadata or {},
        expires_after=body.expires_after,
        longest=order.longest,
        single=True,
        reply_to=order.reply_to,
        correlation_id=order.correlation_id,
        before=_before(partial(gates.of_video, order.account.plan, body), jobs, [body], keep),
        guards=order.guards(1),
        limits=order.limits,
        concurrent=order.concurrent,
        key_id=order.account.key_id,
    )


def _before(
    gate: Callable[[], object], jobs: Sequence[NewJob], items: Sequence[VideoItem], keep: bool
) -> Sequence[Callable[[], object]]:
    return (gate, partial(keep_captions, jobs, items)) if keep else (gate,)


def _video(order: Order, by_mode: bool = False) -> Response:
    accepted = submit(planned_video(order, by_mode))
    job = accepted.jobs[0]
    data = {"job_id": job.id, "status": "queued", "created_at": iso(job.created_at), **views.custom_id(job)}
    return success(data, headers=idempotency.replayed(accepted))


ORDERS = Face(
    batch=_batch, single=_video, arrays=frozenset({"jobs", "videos"}), sender=sender, enveloped=enveloped
)
