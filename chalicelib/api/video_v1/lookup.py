"""Who calls, and a job or a batch of the caller's by its id. Another account's does not exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.accounts.account import Account
from chalicelib.api import access
from chalicelib.api.video_v1 import FACE
from chalicelib.api.video_v1.refusals import UNKNOWN_KEY, Refused
from chalicelib.batches import ids, store
from chalicelib.batches.model import Batch, Job, JobStatus
from chalicelib.clock import now_ms
from chalicelib.errors import Gone, NotFound


def caller(request: Any) -> Account:
    """Raises Unauthorized, Forbidden, RateLimited."""
    return access.caller(request, unknown_key=UNKNOWN_KEY)


def sender(key: str) -> Account:
    """Raises Unauthorized, Forbidden, RateLimited."""
    return access.sender(key, unknown_key=UNKNOWN_KEY)


def own_job(account: Account, job_id: str) -> tuple[Job, Batch]:
    """And the batch it is of. Raises NotFound."""
    address = ids.parse(job_id)
    # the batch first: of an ended one, the job is then read as it ended
    batch = store.get_batch(address.token) if address and address.number else None
    job = store.get_job(*address) if address and batch else None
    if job is None or batch is None or job.account != account.id or job.face != FACE:
        raise no_job()
    return job, batch


def own_batch(account: Account, batch_id: str) -> tuple[Batch, list[Job]]:
    """Raises NotFound."""
    address = ids.parse(batch_id)
    loaded = store.load(address.token) if address and not address.number else None
    if loaded is None or not _is_theirs(loaded[0], account):
        raise no_batch()
    return loaded


def _is_theirs(batch: Batch, account: Account) -> bool:
    """What holds a single video is no batch to them."""
    return batch.account == account.id and batch.face == FACE and not batch.single


def outcome(job: Job) -> Mapping[str, Any]:
    """Of a completed job. Raises Refused for one that is not, Gone for one whose result has expired."""
    if failed := job.failure:
        facts: dict[str, Any] = {"cause": failed.code, "retryable": failed.retryable}
        facts |= {"reason": failed.details} if failed.details else {}
        raise Refused(failed.message, code="JOB_FAILED", facts=facts)
    if job.status is JobStatus.CANCELLED:
        raise Gone("The job was cancelled", code="JOB_CANCELLED")
    if job.status is not JobStatus.COMPLETED or job.outcome is None:
        early = "The job has not finished yet: ask for its status until it has"
        raise Refused(early, code="JOB_NOT_COMPLETED", status=409, facts={"status": job.status.value})
    if job.expires_at is None or now_ms() >= job.expires_at:
        raise expired()
    return job.outcome


def expired() -> Gone:
    return Gone(
        "The results have expired: they are kept for a limited time, submit the video again",
        code="RESULT_EXPIRED",
    )


def no_job() -> NotFound:
    return NotFound("No job has this id", code="JOB_NOT_FOUND")


def no_batch() -> NotFound:
    return NotFound("No batch has this id", code="BATCH_NOT_FOUND")
