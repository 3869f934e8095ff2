"""Every status of a job under everything that may be done to it: it moves along the table, or stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from chalicelib.batches import cancelling, dead_letters, retrying, store, watchdog, work
from chalicelib.batches.model import MOVES, Failure, Job, JobStatus
from chalicelib.batches.submit import Accepted
from chalicelib.errors import RequestError
from tests.batches.driver import Context, accept, loaded
from tests.batches.rounds import tell
from tests.conftest import Cloud

pytestmark = pytest.mark.usefixtures("engine")
Q, P = JobStatus.QUEUED, JobStatus.PROCESSING
DONE, FAILED, CANCELLED = JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED
LEASE_MS: Final = 60_000
Act = Callable[[Cloud, Accepted, Job], object]


def message(job: Job) -> str:
    return f'{{"job": "{job.id}"}}'


def deliver(cloud: Cloud, accepted: Accepted, job: Job) -> None:
    work.process(message(job), Context(), cloud.clock)


def lose(cloud: Cloud, accepted: Accepted, job: Job) -> None:
    """Its worker, if it has one."""
    cloud.clock.forward(LEASE_MS / 1000 + 1)
    watchdog.sweep(cloud.clock)


def bury(cloud: Cloud, accepted: Accepted, job: Job) -> None:
    dead_letters.handle({"Records": [{"messageId": "1", "body": message(job)}]}, cloud.clock)


def cancel(cloud: Cloud, accepted: Accepted, job: Job) -> None:
    cancelling.cancel_job(job, cloud.clock)


def retry(cloud: Cloud, accepted: Accepted, job: Job) -> None:
    retrying.retry(*loaded(accepted), None, cloud.clock)


def finish(cloud: Cloud, accepted: Accepted, job: Job) -> None:
    """As a worker that has held it since before."""
    store.complete(processing_as(job), {}, now=cloud.clock.now)


def give_back(cloud: Cloud, accepted: Accepted, job: Job) -> None:
    store.release(processing_as(job), queued_at=cloud.clock.now)


def processing_as(job: Job) -> Job:
    return replace(job, status=P)


ACTIONS: Final[dict[str, Act]] = {
    "deliver": deliver,
    "watchdog": lambda cloud, accepted, job: watchdog.sweep(cloud.clock),
    "lose": lose,
    "bury": bury,
    "cancel": cancel,
    "retry": retry,
    "finish": finish,
    "give back": give_back,
}
EXPECTED: Final[dict[JobStatus, tuple[JobStatus | str, ...]]] = {
    Q: (DONE, Q, Q, FAILED, CANCELLED, "NOT_ENDED", Q, Q),
    P: (P, P, Q, P, CANCELLED, "NOT_ENDED", DONE, Q),
    DONE: (DONE, DONE, DONE, DONE, "JOB_ENDED", "NOTHING_TO_RETRY", DONE, DONE),
    FAILED: (FAILED, FAILED, FAILED, FAILED, "JOB_ENDED", Q, FAILED, FAILED),
    CANCELLED: (CANCELLED, CANCELLED, CANCELLED, CANCELLED, CANCELLED, Q, CANCELLED, CANCELLED),
}
"""What it then is, or the code of the refusal, in the order of the actions. A worker that finishes a queued
job has lost its lease; one that runs is delivered to nobody else."""


def brought_to(status: JobStatus, cloud: Cloud) -> Accepted:
    accepted = accept(cloud.clock, "ok")
    if status is not Q:
        now = cloud.clock.now
        job = store.claim(accepted.batch.token, 1, now=now, lease_until=now + LEASE_MS).job
        assert job
        if status is DONE:
            store.complete(job, {}, now=now)
        elif status is FAILED:
            store.fail(job, Failure("NO_LUCK", "It cannot be done"), now=now)
        elif status is CANCELLED:
            store.cancel(job, now=now)
    if status.ended:
        deliver(cloud, accepted, accepted.jobs[0])
        tell(accepted)
    return accepted


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("status", JobStatus)
def test_each_action_on_each_status(cloud: Cloud, status: JobStatus, action: str) -> None:
    accepted = brought_to(status, cloud)
    [before] = loaded(accepted)[1]
    assert before.status is status
    refusal = None
    try:
        ACTIONS[action](cloud, accepted, before)
    except RequestError as error:
        refusal = error.code
    [after] = loaded(accepted)[1]
    expected = dict(zip(ACTIONS, EXPECTED[status], strict=True))[action]
    if isinstance(expected, JobStatus):
        assert (after.status, refusal) == (expected, None)
        assert after.status is status or after.status in MOVES[status]
    else:
        assert refusal == expected
        assert after == before


def test_every_move_of_the_table_is_made_by_an_action() -> None:
    """But for those in the midst of a delivery: taken, taken over, failed."""
    made = {
        (status, after)
        for status, row in EXPECTED.items()
        for after in row
        if isinstance(after, JobStatus) and after is not status
    }
    allowed = {(status, after) for status, moves in MOVES.items() for after in moves}
    assert made <= allowed
    assert allowed - made == {(Q, P), (P, P), (P, FAILED)}
