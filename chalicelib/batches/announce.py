"""The ends of jobs and batches as events: on the bus, and on the queue that the batch replies to.

A repeat tells the same event under the same id. docs/queues.md describes the events.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from chalicelib import metrics
from chalicelib.batches import event_bus, items, kinds, reply_queues, store
from chalicelib.batches.model import Batch, Job
from chalicelib.clock import iso
from chalicelib.settings import settings
from chalicelib.usage.amounts import Amounts
from chalicelib.usage.told import told

log = logging.getLogger(__name__)
VERSION = 1
LONGEST_TEXT = 2000
MOST_BYTES = 200_000
"""Of a result as it stands in an event: the bus and queues take 256 kB with all the rest."""


def job_ended(job: Job) -> None:
    """Does nothing for one that is counted, or was in an earlier round: it was announced before. Raises
    ServiceUnavailable."""
    batch = store.get_batch(job.token)
    if batch is None or job.index in batch.counted or job.round != batch.round:
        return
    result, keys = kinds.facts(job.kind, job.outcome or {})
    detail = {
        **_common(batch, job.event_id, job.created_at, job.ended_at),
        "job_id": job.id,
        "index": job.index,
        "custom_id": job.custom_id,
        "status": job.status,
        "attempts": job.attempts,
        "expires_at": iso(job.expires_at) if job.expires_at else None,
        "error": _error(job),
        "result": result if result and len(items.encode(result).encode()) <= MOST_BYTES else None,
        "files": {"bucket": settings().bucket, **keys} if keys else None,
    }
    _tell(batch, f"job.{job.status}", detail)


def batch_ended(batch: Batch, counts: Mapping[str, int], *, results: str, errors: str) -> None:
    """`results` and `errors`: keys of its files. Raises ServiceUnavailable."""
    detail = {
        **_common(batch, batch.event_id, batch.created_at, batch.ended_at),
        "status": batch.status,
        "counts": counts,
        "usage": told(Amounts.from_json(batch.usage or {})),
        "files": {"bucket": settings().bucket, "results": results, "errors": errors},
    }
    _tell(batch, "batch.completed", detail)


def _common(batch: Batch, event_id: str, created_at: int, ended_at: int | None) -> dict[str, Any]:
    return {
        "version": VERSION,
        "event_id": event_id,
        "batch_id": batch.id,
        "account": batch.account,
        "api": batch.face,
        "correlation_id": batch.correlation_id,
        "metadata": dict(batch.metadata),
        "created_at": iso(created_at),
        "ended_at": iso(ended_at) if ended_at else None,
    }


def _error(job: Job) -> dict[str, Any] | None:
    """Cut: its details may quote what a program or a site has said."""
    failure = job.failure
    if failure is None:
        return None
    texts = {"message": failure.message, "details": failure.details}
    cut = {name: text[:LONGEST_TEXT] for name, text in texts.items() if text}
    return {"code": failure.code, "retryable": failure.retryable, **cut}


def _tell(batch: Batch, event: str, detail: Mapping[str, Any]) -> None:
    event_bus.put(event, reply_queues.encode(detail))
    if batch.reply_to:
        _reply(batch, batch.reply_to, {"type": "event", "detail-type": event, "detail": detail})


def _reply(batch: Batch, queue: str, message: Mapping[str, Any]) -> None:
    """A queue that refuses must not keep the batch from its end; the bus has the event in any case."""
    try:
        reply_queues.send(queue, message)
    except reply_queues.QueueRefuses as refusal:
        metrics.count("RepliesRefused")
        log.error("reply queue refuses: %s", refusal, extra={"batch": batch.id, "queue": queue})
