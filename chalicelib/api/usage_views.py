"""What jobs and batches have used, in the words of both APIs."""

from __future__ import annotations

from typing import Any

from chalicelib.batches import metering
from chalicelib.batches.model import Batch, Job
from chalicelib.usage.amounts import Amounts
from chalicelib.usage.told import told


def of_job(job: Job) -> dict[str, Any] | None:
    """None until it has ended."""
    return told(metering.of_job(job)) if job.status.ended else None


def of_batch(batch: Batch) -> dict[str, Any] | None:
    """None until it is counted, a moment after the end."""
    return None if batch.usage is None else told(Amounts.from_json(batch.usage))
