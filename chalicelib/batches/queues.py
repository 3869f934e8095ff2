"""SQS: a queue for each kind and priority. Messages are ids; everything else is in the table."""

from __future__ import annotations

import json
import logging
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import aws
from chalicelib.batches import ids
from chalicelib.batches.model import Job
from chalicelib.errors import QueueFull
from chalicelib.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

log = logging.getLogger(__name__)
_PER_CALL = 10
_CALLS_AT_ONCE = 8
_LONGEST_DELAY = 900


def names() -> Iterable[str]:
    """`<kind>-<priority>` of every queue."""
    return settings().queues


def url(kind: str, priority: str) -> str:
    return settings().queues[f"{kind}-{priority}"]


def send(jobs: Sequence[Job], delay: int = 0) -> bool:
    """Whether every job is on its queue, to be seen after `delay` seconds (at most 900). What is not there,
    the watchdog sends again."""
    calls = [(queue, chunk) for queue, queued in _by_queue(jobs).items() for chunk in _chunks(queued)]
    if len(calls) == 1:
        return _send_chunk(calls[0], delay)
    with ThreadPoolExecutor(_CALLS_AT_ONCE) as pool:
        return all(list(pool.map(lambda call: _send_chunk(call, delay), calls)))


def _by_queue(jobs: Iterable[Job]) -> dict[str, list[Job]]:
    queues: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        queues[url(job.kind, job.priority)].append(job)
    return queues


def _chunks(jobs: Iterable[Job]) -> Iterable[list[Job]]:
    rest = iter(jobs)
    while chunk := list(islice(rest, _PER_CALL)):
        yield chunk


def _send_chunk(call: tuple[str, Sequence[Job]], delay: int) -> bool:
    queue, jobs = call
    entries = [_entry(job, delay) for job in jobs]
    try:
        answer = aws.sqs().send_message_batch(QueueUrl=queue, Entries=entries)
    except (ClientError, BotoCoreError):
        _left_to_watchdog([job.id for job in jobs], exc_info=True)
        return False
    failed = answer.get("Failed", [])
    if failed:
        _left_to_watchdog([entry["Id"] for entry in failed])
    return not failed


def _left_to_watchdog(jobs: Sequence[str], **how: Any) -> None:
    log.warning("jobs not enqueued; the watchdog will", extra={"jobs": jobs}, **how)


def _entry(job: Job, delay: int) -> SendMessageBatchRequestEntryTypeDef:
    # the group id does not order a standard queue: it lets SQS keep a noisy account from delaying others
    return {
        "Id": job.id,
        "MessageBody": json.dumps({"job": job.id}),
        "MessageGroupId": job.account,
        "DelaySeconds": min(delay, _LONGEST_DELAY),
    }


def address(body: str) -> ids.Address | None:
    """Which job a message means; None for a message that this service did not write."""
    try:
        message: Any = json.loads(body)
        found = ids.parse(message["job"])
    except (ValueError, TypeError, KeyError):
        return None
    return found if found and found.number else None


def delay(queue_arn: str, receipt: str, seconds: int) -> None:
    """Let a message come back after `seconds` (at most 12 h) instead of its queue's own time-out."""
    name = queue_arn.rsplit(":", 1)[1]
    queue = next(u for u in settings().queues.values() if u.rsplit("/", 1)[1] == name)
    seconds = min(seconds, 12 * 3600)
    aws.sqs().change_message_visibility(QueueUrl=queue, ReceiptHandle=receipt, VisibilityTimeout=seconds)


def backlog(kind: str, priority: str) -> int:
    """Messages waiting to be received; SQS counts approximately."""
    answer = aws.sqs().get_queue_attributes(
        QueueUrl=url(kind, priority), AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def require_room(kind: str, priorities: Iterable[str], jobs: int) -> int:
    """The longest backlog among these queues. Raises QueueFull, saying when there should be room."""
    waiting = max(backlog(kind, priority) for priority in set(priorities))
    excess = waiting + jobs - settings().queue_limit
    if excess > 0:
        seconds = math.ceil(excess * settings().seconds_per_job / settings().worker_concurrency)
        raise QueueFull("Processing queue is currently full", retry_after=min(max(seconds, 1), 3600))
    return waiting


def estimated_seconds(waiting: int) -> int:
    """Until a job behind `waiting` others should be done, by the configured speed of a worker."""
    turns = waiting // settings().worker_concurrency + 1
    return turns * settings().seconds_per_job
