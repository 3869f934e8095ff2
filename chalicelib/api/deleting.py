"""What can be deleted: whole submissions. Alike on both APIs."""

from __future__ import annotations

from chalicelib.batches.model import Batch
from chalicelib.errors import Conflict


def of_its_batch(batch: Batch) -> Conflict:
    return Conflict(f"The job is one of a batch: delete {batch.id} as a whole", code="JOB_OF_BATCH")
