"""The writes that bring ended jobs back to the queue, in a new round of their batch.

As many as fit into a transaction come back with the batch itself. What is left is noted there, in the same
write, so that the batch cannot end before whoever carries on has brought it back, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from chalicelib.batches import items, open_index, transactions
from chalicelib.batches.insertion import UNSETTLED_TTL_MS
from chalicelib.batches.model import Batch, Job, JobStatus, Past
from chalicelib.batches.sizes import size
from chalicelib.settings import settings

MOST_HISTORY: Final = 10
"""Ends of a job that are kept."""
_CHUNK: Final = transactions.MOST - 1  # beside the batch
_SETS: Final = {JobStatus.FAILED: "failed", JobStatus.CANCELLED: "cancelled"}
_FORGOTTEN: Final = "step, outcome, #error, started_at, ended_at, expires_at"


def begin(batch: Batch, jobs: Sequence[Job], *, now: int) -> Batch | None:
    """The ended batch in its next round, with the first of the jobs as they are to be; the others are noted.
    None if it is no longer as it was read."""
    first, *later = _parts(jobs)
    rest = frozenset(job.index for part in later for job in part)
    opened = replace(batch, round=batch.round + 1, retrying=rest, ended_at=None)
    actions = [_open(batch, opened, first, now), *(_again(job, opened, now) for job in first)]
    return opened if transactions.write(actions) else None


def go_on(batch: Batch, jobs: Sequence[Job], *, now: int) -> bool:
    """The jobs that are noted, brought back. False if somebody else does so, or has called it off."""
    for chunk in _parts(jobs):
        actions = [_take_off(batch, chunk), *(_again(job, batch, now) for job in chunk)]
        if not transactions.write(actions):
            return False
    return True


def _parts(jobs: Sequence[Job]) -> list[list[Job]]:
    return transactions.parts(jobs, _length, _CHUNK)


def _length(job: Job) -> int:
    """In bytes, about: of the item as it is, and of what it keeps of its end."""
    return size(items.from_job(job, 0)) + len(items.past([_past(job)]).encode())


def _open(batch: Batch, opened: Batch, jobs: Sequence[Job], now: int) -> dict[str, Any]:
    values: dict[str, Any] = {
        ":next": opened.round,
        ":ttl": _ttl(now),
        ":seen_round": batch.round,
        ":seen_end": batch.ended_at,
    }
    sets = ["#round = :next", "#ttl = :ttl"]
    for name, value in open_index.place(open_index.OPEN, batch.token, now).items():
        values[f":{name}"] = value
        sets.append(f"{name} = :{name}")
    if opened.retrying:
        values[":retrying"] = opened.retrying
        sets.append("retrying = :retrying")
    removed = "REMOVE ended_at, expires_at, enqueued_at, results_key, errors_key, cancel_requested_at"
    uncounted, indexes = _uncounted(jobs)
    return _update(
        items.key(batch.token, 0),
        f"SET {', '.join(sets)} {removed} DELETE {uncounted}",
        "#round = :seen_round AND ended_at = :seen_end AND attribute_not_exists(deleted_at)",
        {**values, **indexes},
        {"#round": "round", "#ttl": "ttl"},
    )


def _take_off(batch: Batch, jobs: Sequence[Job]) -> dict[str, Any]:
    uncounted, indexes = _uncounted(jobs)
    brought = {":brought": frozenset(job.index for job in jobs)}
    return _update(
        items.key(batch.token, 0),
        f"DELETE retrying :brought, {uncounted}",
        "#round = :round AND attribute_exists(retrying) AND attribute_not_exists(deleted_at)",
        {":round": batch.round, **brought, **indexes},
        {"#round": "round"},
    )


def _uncounted(jobs: Sequence[Job]) -> tuple[str, dict[str, Any]]:
    """What takes them out of the counts: the words, and the values in them."""
    found = {
        name: frozenset(job.index for job in jobs if job.status is status) for status, name in _SETS.items()
    }
    left = {name: indexes for name, indexes in found.items() if indexes}
    words = ", ".join(f"{name} :{name}" for name in left)
    return words, {f":{name}": indexes for name, indexes in left.items()}


def _again(job: Job, batch: Batch, now: int) -> dict[str, Any]:
    """`job` with its new place among the others; all else of it is as it ended."""
    values: dict[str, Any] = {
        "status": JobStatus.QUEUED,
        "round": batch.round,
        "attempt": job.attempt + 1,
        "earlier": job.attempt + 1,
        "held": job.held,
        "queued_at": now,
        "history": items.past((*job.history, _past(job))[-MOST_HISTORY:]),
        "facts": items.encode({}),
        "ttl": _ttl(now),
        **dict.fromkeys(("waits", "resends", "lease_until", "progress"), 0),
    }
    places = {"same_as": job.same_as, "dependents": list(job.dependents) or None}
    values |= {name: value for name, value in places.items() if value is not None}
    gone = "".join(f", {name}" for name, value in places.items() if value is None)
    return _update(
        items.key(job.token, job.index),
        f"SET {', '.join(f'#{name} = :{name}' for name in values)} REMOVE {_FORGOTTEN}{gone}",
        "#status = :seen_status AND #attempt = :seen_attempt",
        {
            **{f":{name}": value for name, value in values.items()},
            ":seen_status": job.status,
            ":seen_attempt": job.attempt,
        },
        {"#error": "error", **{f"#{name}": name for name in values}},
    )


def _past(job: Job) -> Past:
    return Past(job.round, job.attempt, job.attempts, job.status, job.failure, job.ended_at or 0)


def _ttl(now: int) -> int:
    return (now + UNSETTLED_TTL_MS) // 1000


def _update(
    key: items.Item, update: str, condition: str, values: dict[str, Any], names: dict[str, str]
) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": settings().batches_table,
            "Key": key,
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": items.values(values),
        }
    }
