"""Many who meter the same batches at once, against tables that are exact under threads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.batches import ids, insertion, metering, store
from chalicelib.batches.model import Batch, Job, JobStatus
from chalicelib.clock import now_ms
from chalicelib.usage import days
from chalicelib.usage.amounts import Amounts
from tests.local.test_races import in_parallel

BATCHES, EACH = 8, 4

pytestmark = pytest.mark.usefixtures("tables")


def ended(account: str) -> tuple[Batch, list[Job]]:
    """Written and closed without a message, which this stack's workers would take."""
    now = now_ms()
    known: Any = {"token": ids.new_token(), "account": account, "kind": "audio", "face": "audio_v1"}
    batch = Batch(**known, total=1, webhooks=(), created_at=now)
    job = Job(
        **known,
        index=1,
        status=JobStatus.COMPLETED,
        request={},
        priority="normal",
        webhooks=(),
        created_at=now,
        queued_at=now,
        attempt=1,
    )
    assert insertion.insert(batch, [job])
    closed = store.close(batch, now=now)
    assert closed
    return closed, [job]


def test_each_batch_is_counted_once() -> None:
    seen = [ended("racing") for _ in range(BATCHES)]

    def work(number: int) -> None:
        metering.record(*seen[number % BATCHES])

    in_parallel(BATCHES * EACH, work)
    day = days.day_of(now_ms())
    rows = days.read("racing", day - timedelta(1), day)
    used = sum((row.amounts for row in rows), start=Amounts())
    assert (used.batches, used.jobs_completed) == (BATCHES, BATCHES)
