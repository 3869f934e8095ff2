"""Messages that came back too often. Their jobs end as failed, so that every batch ends."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from chalicelib.batches import queues, store
from chalicelib.batches.finish import settle
from chalicelib.batches.lost import give_up
from chalicelib.batches.model import JobStatus
from chalicelib.clock import Clock, now_ms

log = logging.getLogger(__name__)


def handle(event: Mapping[str, Any], clock: Clock = now_ms) -> dict[str, Any]:
    unfinished = [record["messageId"] for record in event["Records"] if not _bury(record["body"], clock)]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in unfinished]}


def _bury(body: str, clock: Clock) -> bool:
    """Whether the message is done with; not while another worker still holds the job."""
    address = queues.address(body)
    if address is None:
        log.error("dead letter dropped: it names no job", extra={"size": len(body)})
        return True
    job = store.get_job(*address)
    if job is None:
        return True
    if job.status is JobStatus.PROCESSING and job.lease_until >= clock():
        return False
    if not job.status.ended:
        log.error("job given up: its message is a dead letter", extra={"job": job.id})
        job = give_up(job, clock)
    settle(job, clock)
    return job is None or job.status.ended
