"""A batch through its rounds, without the state machine."""

from __future__ import annotations

from collections.abc import Collection

from chalicelib.batches import finish, retrying
from chalicelib.batches.model import JobStatus
from chalicelib.batches.submit import Accepted
from tests.batches.driver import loaded, work_off
from tests.clock import FakeClock


def statuses(accepted: Accepted) -> list[JobStatus]:
    return [job.status for job in loaded(accepted)[1]]


def tell(accepted: Accepted) -> None:
    """What the execution does that the end of a batch starts."""
    batch = loaded(accepted)[0]
    finish.aggregate({"batch_id": batch.id, "round": batch.round})


def retry(accepted: Accepted, clock: FakeClock, only: Collection[int] | None = None) -> None:
    tell(accepted)
    retrying.retry(*loaded(accepted), only, clock)


def run(clock: FakeClock, times: int = 5) -> None:
    for _ in range(times):
        work_off(clock)
