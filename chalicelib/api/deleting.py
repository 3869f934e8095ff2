"""What can be deleted: whole submissions. Alike on both APIs."""

from __future__ import annotations

from chalicelib.batches.model import Batch
from chalicelib.errors import RequestError


def of_its_batch(batch: Batch) -> RequestError:
    error = RequestError(f"The job is one of a batch: delete {batch.id} as a whole", code="JOB_OF_BATCH")
    error.status = 409
    return error
