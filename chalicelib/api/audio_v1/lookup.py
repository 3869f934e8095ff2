"""A job or a batch of the caller's by its id. Another account's does not exist."""

from __future__ import annotations

from chalicelib.accounts.account import Account
from chalicelib.batches import ids, store
from chalicelib.batches.model import Batch, Job
from chalicelib.errors import InvalidRequest, NotFound


def own_job(account: Account, job_id: str) -> tuple[Job, Batch]:
    """And the batch it is of. Raises InvalidRequest for an id of the wrong form, NotFound."""
    if not ids.well_formed("job", job_id):
        raise InvalidRequest("A job id is job_ and 16 letters or digits", code="INVALID_JOB_ID")
    address = ids.parse(job_id)
    # the batch first: of an ended one, the job is then read as it ended
    batch = store.get_batch(address.token) if address and address.number else None
    job = store.get_job(*address) if address and batch else None
    if job is None or batch is None or job.account != account.id or job.kind != "audio":
        raise no_job()
    return job, batch


def own_batch(account: Account, batch_id: str) -> tuple[Batch, list[Job]]:
    """Raises InvalidRequest for an id of the wrong form, NotFound."""
    if not ids.well_formed("batch", batch_id):
        raise InvalidRequest("A batch id is batch_ and 16 letters or digits", code="INVALID_BATCH_ID")
    address = ids.parse(batch_id)
    loaded = store.load(address.token) if address else None
    if loaded is None or loaded[0].account != account.id or loaded[0].kind != "audio":
        raise no_batch()
    return loaded


def no_job() -> NotFound:
    return NotFound("No job has this id", code="JOB_NOT_FOUND")


def no_batch() -> NotFound:
    return NotFound("No batch has this id", code="BATCH_NOT_FOUND")
