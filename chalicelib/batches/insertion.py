"""The writes that accept a batch: all of them or none count, as the batch item comes last."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Sequence
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import aws
from chalicelib.batches import items, open_index, removal, store, transactions
from chalicelib.batches.guards import Guard
from chalicelib.batches.model import Batch, Job, JobStatus
from chalicelib.batches.sizes import size
from chalicelib.errors import AccountBusy, ServiceUnavailable
from chalicelib.settings import settings

log = logging.getLogger(__name__)

UNSETTLED_TTL_MS = 30 * 24 * 3600 * 1000
"""What was accepted half-way, or never ended, is dropped after this."""
_TRIES: Final = 10
_PAUSE = 0.1
_BUSY = "Too many requests of this account are being accepted at this moment: send it again in a second"


def insert(
    batch: Batch,
    jobs: Sequence[Job],
    parent: Job | None = None,
    takes: Sequence[str] = (),
    guards: Sequence[Guard] = (),
    conditions: Sequence[Any] = (),
) -> bool:
    """Put all jobs, then the batch item with the names it takes and what its guards write: it is the commit
    point. False if any of them is taken, if the job that asks for the batch is no longer in its asker's
    hands, or if one of the `conditions` (actions of a transaction) does not hold. Raises what a guard refuses
    it with, and AccountBusy."""
    ttl = (batch.created_at + UNSETTLED_TTL_MS) // 1000
    head = [_put_absent(row) for row in _head(batch, takes, ttl)]
    head += [*([_asks_for(batch, parent)] if parent else []), *conditions]
    *chunks, last = _chunks([items.from_job(job, ttl) for job in jobs], head, len(guards))
    return all(transactions.write(actions) for actions in chunks) and _commit([*last, *head], guards)


def _head(batch: Batch, takes: Sequence[str], ttl: int) -> list[items.Item]:
    extra = {"ttl": ttl, **open_index.place(open_index.OPEN, batch.token, batch.created_at)}
    names = [items.name_key(name) | items.values({"token": batch.token, "ttl": ttl}) for name in takes]
    return [*names, items.from_batch(batch, extra)]


def _chunks(rows: Sequence[items.Item], head: Sequence[Any], guards: int) -> list[list[Any]]:
    """The puts of each transaction, at least of one. The head and so many guards have room beside any."""
    most = transactions.MOST - len(head) - guards
    room = transactions.MOST_BYTES - sum(size(action["Put"]["Item"]) for action in head if "Put" in action)
    parts = transactions.parts(rows, size, most, room) or [[]]
    return [[_put_absent(row) for row in part] for part in parts]


def _commit(actions: Sequence[Any], guards: Sequence[Guard]) -> bool:
    """Many batches of one account meet on the rows of its guards, which is no reason to refuse one."""
    for attempt in range(_TRIES):
        reasons = transactions.attempt([*actions, *(guard.action() for guard in guards)])
        if not reasons:
            return True
        if any(reason in (transactions.LOST, transactions.BUSY) for reason in reasons[: len(actions)]):
            return False
        _raise_refusal(guards, reasons[len(actions) :])
        time.sleep(random.uniform(0, _PAUSE * (attempt + 1)))  # noqa: S311 spreads them, hides nothing
    raise AccountBusy(_BUSY, retry_after=1)


def _raise_refusal(guards: Sequence[Guard], reasons: Sequence[str]) -> None:
    for guard, reason in zip(guards, reasons, strict=True):
        if reason == transactions.LOST:
            raise guard.refused()


def withdraw(batch: Batch, jobs: Sequence[Job]) -> None:
    """Of a batch that was refused in the end, and that nobody else may accept, the jobs that were written
    before. They would be dropped some day; so what fails here fails quietly."""
    try:
        if store.head(batch.token) is None:
            removal.remove([items.key(job.token, job.index) for job in jobs])
    except (ClientError, BotoCoreError, ServiceUnavailable):
        log.warning("refused batch half removed", extra={"batch": batch.id}, exc_info=True)


def taker(name: str) -> str | None:
    """Token of the batch that has taken a name."""
    answer = aws.dynamodb().get_item(
        TableName=settings().batches_table, Key=items.name_key(name), ConsistentRead=True
    )
    item = answer.get("Item")
    return item["token"]["S"] if item else None


def _put_absent(row: items.Item) -> dict[str, Any]:
    put = {"TableName": settings().batches_table, "Item": row}
    return {"Put": {**put, "ConditionExpression": "attribute_not_exists(pk)"}}


def _asks_for(batch: Batch, parent: Job) -> dict[str, Any]:
    """The job that asks still runs in this attempt and no later one, and from now on knows the batch."""
    update = {
        "TableName": settings().batches_table,
        "Key": items.key(parent.token, parent.index),
        "UpdateExpression": "SET child = :child",
        "ConditionExpression": "#status = :processing AND attempt = :attempt",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": items.values(
            {":processing": JobStatus.PROCESSING, ":attempt": parent.attempt, ":child": batch.token}
        ),
    }
    return {"Update": update}
