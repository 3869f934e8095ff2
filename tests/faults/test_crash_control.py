"""A process may die before or after any AWS call of a cancel or a retry. The caller asks again, or nobody
does: then the watchdog carries on. Nobody is told twice, and every round ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.batches import cancelling, reopening, retrying, watchdog
from chalicelib.batches.model import BatchStatus, JobStatus
from chalicelib.batches.submit import Accepted
from chalicelib.errors import Conflict
from tests.batches import echo_kind
from tests.batches.conftest import engine
from tests.batches.driver import accept, executions, loaded, open_batches, receive, recover, work_off
from tests.batches.rounds import run, tell
from tests.conftest import Cloud
from tests.faults.crashes import HOOK, every_crash

__all__ = ["engine"]
pytestmark = pytest.mark.usefixtures("engine")


def all_told(cloud: Cloud, accepted: Accepted) -> None:
    """Each end of a job and of a round has one execution, and nothing is left open."""
    batch, jobs = loaded(accepted)
    mine = [name for name in executions() if batch.token in name]
    ends = [f"{job.id}-{past.attempt}" for job in jobs for past in job.history]
    ends += [f"{job.id}-{job.attempt}" for job in jobs]
    assert mine == sorted([*ends, *(f"{batch.id}-{number}" for number in range(batch.round + 1))])
    assert batch.token not in open_batches(cloud.clock)


def test_cancelling_a_batch_may_die_at_any_call(cloud: Cloud) -> None:
    accepted: list[Accepted] = []

    def fresh() -> Callable[[], object]:
        accepted.append(accept(cloud.clock, "ok", "ok", "fail", webhooks=HOOK, merge_equal=True))
        receive()
        found = loaded(accepted[-1])
        return lambda: cancelling.cancel_batch(*found, cloud.clock)

    for _ in every_crash(fresh(), fresh):
        asked = loaded(accepted[-1])[0].cancel_requested_at
        cloud.clock.forward(61)
        watchdog.sweep(cloud.clock)
        if not asked:  # nothing of it was done
            cancelling.cancel_batch(*loaded(accepted[-1]), cloud.clock)
        batch, jobs = loaded(accepted[-1])
        assert {job.status for job in jobs} == {JobStatus.CANCELLED}
        assert batch.status is BatchStatus.CANCELLED
        all_told(cloud, accepted[-1])
    assert echo_kind.runs == []


def test_cancelling_one_of_equal_jobs_may_die_at_any_call(cloud: Cloud) -> None:
    accepted: list[Accepted] = []

    def fresh() -> Callable[[], object]:
        work_off(cloud.clock)
        accepted.append(accept(cloud.clock, "ok", "ok", "ok", webhooks=HOOK, merge_equal=True))
        receive()
        job = loaded(accepted[-1])[1][0]
        return lambda: cancelling.cancel_job(job, cloud.clock)

    for _ in every_crash(fresh(), fresh):
        if loaded(accepted[-1])[1][0].status is not JobStatus.CANCELLED:
            cancelling.cancel_job(loaded(accepted[-1])[1][0], cloud.clock)
        cloud.clock.forward(61)
        for _ in range(2):
            recover(cloud.clock)
        statuses = [job.status.value for job in loaded(accepted[-1])[1]]
        assert statuses == ["cancelled", "completed", "completed"]
        all_told(cloud, accepted[-1])


@pytest.mark.parametrize("by_caller", [True, False])
def test_retrying_may_die_at_any_call(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, by_caller: bool) -> None:
    monkeypatch.setattr(reopening, "_CHUNK", 2)
    accepted: list[Accepted] = []

    def fresh() -> Callable[[], object]:
        monkeypatch.setattr(echo_kind, "mended", False)
        work_off(cloud.clock)
        accepted.append(accept(cloud.clock, "fail", "ok", "fail", "fail", webhooks=HOOK, merge_equal=True))
        run(cloud.clock, 1)
        tell(accepted[-1])
        found = loaded(accepted[-1])
        return lambda: retrying.retry(*found, None, cloud.clock)

    for _ in every_crash(fresh(), fresh):
        monkeypatch.setattr(echo_kind, "mended", True)
        begun = loaded(accepted[-1])[0].round
        if not begun:
            retrying.retry(*loaded(accepted[-1]), None, cloud.clock)
        elif by_caller:
            with pytest.raises(Conflict, match="has not ended"):
                retrying.retry(*loaded(accepted[-1]), None, cloud.clock)
        for _ in range(3):
            cloud.clock.forward(61)
            recover(cloud.clock)
        batch, jobs = loaded(accepted[-1])
        assert (batch.round, batch.status) == (1, BatchStatus.COMPLETED)
        assert [len(job.history) for job in jobs] == [1, 0, 1, 1]
        all_told(cloud, accepted[-1])
