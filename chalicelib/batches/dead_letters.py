"""Messages that came back too often. Their jobs end as failed, so that every batch ends."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from chalicelib.batches import queues, store
from chalicelib.batches.finish import settle
from chalicelib.batches.lost import give_up
from chalicelib.batches.model import Job, JobStatus
from chalicelib.clock import Clock, now_ms

log = logging.getLogger(__name__)


def handle(event: Mapping[str, Any], clock: Clock = now_ms) -> dict[str, Any]:
    unfinished = [record["messageId"] for record in event["Records"] if not _bury(record["body"], clock)]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in unfinished]}


def _bury(body: str, clock: Clock) -> bool:
    """Whether the message is done with."""
    address = queues.address(body)
    if address is None:
        log.error("dead letter dropped: it names no job", extra={"size": len(body)})
        return True
    job = store.get_job(*address)
    if job is None:
        return True
    if _in_good_hands(job, clock()):
        return False
    if not job.status.ended:
        log.error("job given up: its message is a dead letter", extra={"job": job.id})
        job = give_up(job, clock)
    settle(job, clock)
    return job is None or job.status.ended


def _in_good_hands(job: Job, now: int) -> bool:
    """A worker holds it, or it waits for an attempt that another message will bring."""
    if job.status is JobStatus.PROCESSING:
        return job.lease_until >= now
    return job.status is JobStatus.QUEUED and job.queued_at > now
