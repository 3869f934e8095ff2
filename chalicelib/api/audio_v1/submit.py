"""POST /batch and POST /extract."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from chalice.app import Response

from chalicelib.api import bodies, idempotency
from chalicelib.api.access import caller, sender
from chalicelib.api.audio_v1 import FACE, LINKS, gates, sources, views
from chalicelib.api.audio_v1.models import BatchBody, ExtractBody, JobBody, Options, error_code
from chalicelib.api.envelopes import enveloped, success
from chalicelib.api.orders import Face, Order, ordered
from chalicelib.audio.request import DEFAULT_QUALITY, AudioRequest
from chalicelib.batches.model import NewJob
from chalicelib.batches.submit import Accepted, Submission, submit
from chalicelib.clock import now_ms
from chalicelib.errors import NamesTaken


@enveloped
def batch(request: Any) -> Response:
    return _batch(ordered(request, caller(request)))


@enveloped
def extract(request: Any) -> Response:
    return _extract(ordered(request, caller(request)))


def _batch(order: Order) -> Response:
    accepted = _submit(planned_batch(order))
    data = {
        "batchId": accepted.batch.id,
        "totalJobs": accepted.batch.total,
        "jobs": [{"jobId": job.id, "status": "queued"} | views.label(job) for job in accepted.jobs],
    }
    return success(data, 202, "Batch jobs queued successfully", idempotency.replayed(accepted))


def _extract(order: Order) -> Response:
    accepted = _submit(planned_extract(order))
    job = accepted.jobs[0]
    data = {
        "jobId": job.id,
        "status": "queued",
        "estimatedTime": accepted.batch.estimated_seconds,
        "statusUrl": f"{LINKS}/status/{job.id}",
    }
    return success(data, 202, "Extraction job queued successfully", idempotency.replayed(accepted))


ORDERS = Face(batch=_batch, single=_extract, arrays=frozenset({"jobs"}), sender=sender, enveloped=enveloped)


@dataclass(frozen=True)
class Planned:
    new: Submission
    uploads: sources.Named


def planned_batch(order: Order) -> Planned:
    """Raises InvalidRequest; what the submission does `before` raises it too, and NotInPlan."""
    body = bodies.read(BatchBody, order.body, error_code)
    gate = partial(gates.of_batch, order.account.plan, body)
    return _planned(order, gate, body, body.jobs, body.webhook)


def planned_extract(order: Order) -> Planned:
    """As `planned_batch`."""
    body = bodies.read(ExtractBody, order.body, error_code)
    gate = partial(gates.of_one, order.account.plan, body)
    return _planned(order, gate, body, [body])


def _planned(
    order: Order,
    gate: Callable[[], object],
    body: BatchBody | ExtractBody,
    jobs: Sequence[JobBody],
    webhook: str | None = None,
) -> Planned:
    single = isinstance(body, ExtractBody)
    uploads = sources.named(order.account, jobs, array="" if single else "jobs")
    new = Submission(
        account=order.account.id,
        kind="audio",
        face=FACE,
        jobs=[_new_job(job, webhook, sources.url(job.source, uploads)) for job in jobs],
        webhooks=(webhook,) if webhook else (),
        idempotency=order.idempotency(FACE + ("/extract" if single else "/batch")),
        metadata=body.metadata or {},
        single=single,
        expires_after=body.expiresAfter,
        longest=order.longest,
        takes=sources.takes(uploads),
        reply_to=order.reply_to,
        correlation_id=order.correlation_id,
        before=(gate, partial(sources.require_sent, uploads, now_ms())),
        guards=order.guards(len(jobs)),
        limits=order.limits,
        concurrent=order.concurrent,
        key_id=order.account.key_id,
    )
    return Planned(new, uploads)


def _submit(planned: Planned) -> Accepted:
    try:
        return submit(planned.new)
    except NamesTaken as taken:
        raise sources.already_used(planned.uploads, taken) from taken


def _new_job(body: JobBody, batch_webhook: str | None, url: str) -> NewJob:
    options = body.options or Options()
    trim = body.output.trim
    request = AudioRequest(
        url=url,
        format=body.output.format,
        quality=body.output.quality or DEFAULT_QUALITY,
        bitrate=body.output.bits_per_second,
        normalize=bool(body.output.normalize),
        target_lufs=body.output.targetLoudness,
        preserve_metadata=bool(body.output.preserveMetadata),
        filename=options.filename,
        destination=body.output.destination,
        start=(trim.start or None) if trim else None,
        end=trim.end if trim else None,
        sample_rate=body.output.sampleRate,
        channels=body.output.channels,
        track=body.output.track,
    )
    # one URL named twice is told once; a dict keeps the order
    webhooks = dict.fromkeys(url for url in (options.webhook, batch_webhook) if url)
    echo = {"filename": options.filename, "webhook": options.webhook}
    field, custom_id = body.label or (None, None)
    if field:
        echo["custom_id_field"] = field
    return NewJob(request.to_json(), options.priority or "normal", tuple(webhooks), echo, custom_id)
