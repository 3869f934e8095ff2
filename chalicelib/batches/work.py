"""One queue message: claim the job, run its kind, record what came of it, settle.

Deliveries repeat, so every step does: a message for a job that has ended only settles it again, one for
a job that runs elsewhere ends quietly (should that worker die, the watchdog sends the job anew).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from chalicelib.batches import kinds, queues, store, turns
from chalicelib.batches.finish import settle
from chalicelib.batches.model import Failure, Job, JobStatus, Spent
from chalicelib.batches.running import Running
from chalicelib.clock import Clock, now_ms
from chalicelib.errors import JobCancelled, JobError, LeaseLost, NotYet
from chalicelib.settings import settings

log = logging.getLogger(__name__)


def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """A Lambda SQS event; the answer names the messages that are to come back."""
    failures = []
    for record in event["Records"]:
        pause = process(record["body"], context)
        if pause is not None:
            queues.delay(record["eventSourceARN"], record["receiptHandle"], pause)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def process(body: str, context: Any, clock: Clock = now_ms) -> int | None:
    """Seconds until the message should come back; None when it is done with."""
    address = queues.address(body)
    if address is None:
        log.error("message dropped: it names no job", extra={"size": len(body)})
        return None
    now = clock()
    seen = store.get_job(*address)
    if seen is None or not store.may_claim(seen, now):
        settle(seen, clock)
        return None
    return _attempt(seen, context, now, clock) if turns.take(seen, now) else None


def _attempt(seen: Job, context: Any, now: int, clock: Clock) -> int | None:
    claim = store.claim(
        seen.token,
        seen.index,
        now=now,
        lease_until=now + settings().lease_seconds * 1000,
        after=seen.attempt,
    )
    if not claim.won or claim.job is None:
        turns.not_begun(seen, claim.job)
        return _end(claim.job, waits=False, clock=clock)
    turns.begun(claim.job)
    job = _run(claim.job, context, clock)
    if job is None or not job.status.ended:
        turns.over(claim.job)
    return _end(job, waits=job is not None and job.waits > claim.job.waits, clock=clock)


def _end(job: Job | None, *, waits: bool, clock: Clock) -> int | None:
    if job and job.status is JobStatus.QUEUED:
        return _come_back(job, waits=waits, seconds=(job.queued_at - clock()) // 1000)
    settle(job, clock)
    return None


def _come_back(job: Job, *, waits: bool, seconds: int) -> int | None:
    """A job that waits gets a new message: this one may only be received so often."""
    seconds = max(0, seconds)
    return None if waits and queues.send([job], delay=seconds) else seconds


def _run(job: Job, context: Any, clock: Clock) -> Job | None:
    """The job as it stands afterwards, whoever moved it."""
    meter = _Meter(clock)
    try:
        with Running(job, lambda: context.get_remaining_time_in_millis() / 1000, clock) as task:
            outcome = kinds.runner(job.kind)(job.request, task)
    except (JobCancelled, LeaseLost) as stop:
        log.info("job stopped: %s", stop.message, extra={"job": job.id})
        return store.get_job(job.token, job.index)
    except NotYet as wait:
        return _waits(job, wait, meter)
    except JobError as error:
        failure = Failure(error.code, error.message, error.retryable, error.details)
        return _failed(job, failure, meter, error.retry_after)
    except Exception:
        log.exception("job broke", extra={"job": job.id})
        message = "The job failed for a reason of ours, not of the request: try it again"
        return _failed(job, Failure("INTERNAL_ERROR", message, retryable=True), meter)
    now, spent = meter.read()
    return store.complete(job, outcome, now=now, spent=spent).job


class _Meter:
    """Runs from when it is made, by the clock: a worker that waits is paid for, too."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock()

    def read(self) -> tuple[int, Spent]:
        """The time, and what was spent until then."""
        now = self._clock()
        ms = max(0, now - self._began)
        return now, Spent(ms, ms * settings().memory_mb)


def _waits(job: Job, wait: NotYet, meter: _Meter) -> Job | None:
    now, spent = meter.read()
    if job.started_at and now - job.started_at > settings().longest_wait_seconds * 1000:
        too_long = Failure("TIMEOUT", f"The job waited too long: {wait.message}", retryable=True)
        return store.fail(job, too_long, now=now, spent=spent).job
    log.info("job waits: %s", wait.message, extra={"job": job.id, "in": wait.seconds})
    return store.release(job, queued_at=now + wait.seconds * 1000, waits=job.waits + 1, spent=spent).job


def _failed(job: Job, failure: Failure, meter: _Meter, retry_after: int | None = None) -> Job | None:
    """Transient failures go back to the queue while attempts are left; the others end the job."""
    now, spent = meter.read()
    if failure.retryable and job.tries < settings().max_attempts:
        asked_for = min(retry_after or 0, settings().retry_after_most)
        pause = max(settings().retry_seconds * 2 ** (job.tries - 1), asked_for)
        log.warning("job failed, tried again later", extra={"job": job.id, "code": failure.code, "in": pause})
        return store.release(job, queued_at=now + pause * 1000, failure=failure, spent=spent).job
    return store.fail(job, failure, now=now, spent=spent).job
