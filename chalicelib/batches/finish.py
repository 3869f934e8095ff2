"""What happens when a job, and then its batch, has ended.

The order is the guarantee: a job's event is told and its webhooks are started before it is counted, and the
batch's before it leaves the open index. So whatever crashes, either the message comes back or the watchdog
still sees the batch, and each step is idempotent.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import aws
from chalicelib.accounts import endpoints
from chalicelib.batches import announce, dependents, family, ids, items, metering, objects, store, turns
from chalicelib.batches.model import Batch, Job, JobStatus
from chalicelib.clock import Clock, iso, now_ms
from chalicelib.errors import ServiceUnavailable
from chalicelib.settings import settings
from chalicelib.usage.told import told

log = logging.getLogger(__name__)
Paths = Callable[[Job], Mapping[str, Any]]
"""Where the API of a job answers about it, by name."""


def settle(job: Job | None, clock: Clock = now_ms) -> None:
    """Steps 6 to 8 for a job in whatever state it is in: pass its slot on, announce, count, release, close.
    Safe to repeat."""
    if job is None or not job.status.ended:
        return
    turns.over(job)
    announce.job_ended(job)
    if told := _deliveries(job):
        start(f"{job.id}-{job.attempt}", {"scope": "job", "deliveries": told})
    batch = store.count(job)
    if batch is None:  # deleted, or retried since the job was read
        return
    for follower in dependents.release(job, clock):
        settle(follower, clock)
    close_if_complete(batch, clock)


def close_if_complete(batch: Batch, clock: Clock = now_ms) -> None:
    if not batch.complete:
        return
    store.close(batch, now=clock())
    start(f"{batch.id}-{batch.round}", {"scope": "batch", "batch_id": batch.id, "round": batch.round})
    if parent := family.parent_of(batch):
        settle(parent, clock)
    store.leave_open_index(batch)


def start(name: str, request: Mapping[str, Any]) -> None:
    """The name makes it idempotent: Step Functions runs a name once."""
    sfn = aws.stepfunctions()
    try:
        sfn.start_execution(stateMachineArn=settings().finish_arn, name=name, input=json.dumps(request))
    except sfn.exceptions.ExecutionAlreadyExists:
        log.info("already announced", extra={"execution": name})


def _deliveries(subject: Job | Batch) -> list[dict[str, Any]]:
    """One for each URL of the request and each endpoint of the account that wants the event. References,
    never URLs: those may hold secrets, and an execution's input is kept for 90 days."""
    recipients: list[int | str] = list(range(len(subject.webhooks)))
    if isinstance(subject, Job) or not subject.single:  # its caller knows of a job, and of no batch
        recipients += [each.id for each in endpoints.subscribed(subject.account, subject.event_type)]
    return [
        {"subject": subject.id, "event_id": subject.event_id, "recipient": recipient, "attempt": 1}
        for recipient in recipients
    ]


# ---------------------------------------------------------------- the state machine's first step


def aggregate(request: Mapping[str, Any], paths: Paths = lambda job: {}) -> dict[str, Any]:
    """Meter the batch, write results.jsonl and errors.jsonl, tell the event bus, and say who is to be told.

    A retry waits until `is_told`, so whatever comes later is a repeat: it says nothing new.

    Raises ServiceUnavailable when AWS did not answer; the state machine then tries again.
    """
    address = ids.parse(request["batch_id"])
    try:
        loaded = store.load(address.token) if address else None
        if loaded is None or loaded[0].round != request.get("round", 0):  # deleted, or retried meanwhile
            return {"deliveries": []}
        _publish(*loaded, paths)
        return {"deliveries": _deliveries(loaded[0])}
    except (ClientError, BotoCoreError) as error:
        raise ServiceUnavailable(str(error)) from error


def _publish(batch: Batch, jobs: Sequence[Job], paths: Paths) -> None:
    batch = metering.record(batch, jobs)
    results, errors = _files(batch)
    _write_lines(results, [_line(job, paths) for job in jobs if job.status is JobStatus.COMPLETED])
    _write_lines(errors, [_line(job, paths) for job in jobs if job.status is not JobStatus.COMPLETED])
    announce.batch_ended(batch, counts(batch), results=results, errors=errors)
    store.set_files(batch, results_key=results, errors_key=errors)


def is_told(batch: Batch) -> bool:
    """Whether the end of the round that the batch is in stands in its files and on the event bus."""
    return batch.results_key == _files(batch)[0]


def _files(batch: Batch) -> tuple[str, str]:
    prefix = f"{objects.of_batch(batch)}{batch.round}/"
    return prefix + "results.jsonl", prefix + "errors.jsonl"


def _write_lines(key: str, lines: Sequence[Mapping[str, Any]]) -> None:
    body = "".join(items.encode(line) + "\n" for line in lines).encode()
    aws.s3().put_object(Bucket=settings().bucket, Key=key, Body=body, ContentType="application/x-ndjson")


def _line(job: Job, paths: Paths) -> dict[str, Any]:
    line: dict[str, Any] = {
        "job_id": job.id,
        "index": job.index,
        "custom_id": job.custom_id,
        "status": job.status,
        "attempts": job.attempts,
        "created_at": iso(job.created_at),
        "ended_at": iso(job.ended_at) if job.ended_at else None,
        "expires_at": iso(job.expires_at) if job.expires_at else None,
        "urls": dict(paths(job)),
        "usage": told(metering.of_job(job)),
    }
    if job.outcome is not None:
        line["outcome"] = dict(job.outcome)
    if job.error is not None:
        line["error"] = asdict(job.error)
    return line


def counts(batch: Batch) -> dict[str, int]:
    return {
        "total": batch.total,
        "completed": len(batch.done),
        "failed": len(batch.failed),
        "cancelled": len(batch.cancelled),
    }
