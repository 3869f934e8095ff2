"""What has not ended can be told to end, and nobody else's job goes with it."""

from __future__ import annotations

import pytest

from chalicelib.batches import cancelling, store, watchdog, work
from chalicelib.batches.model import BatchStatus, Job, JobStatus
from chalicelib.batches.running import Running
from chalicelib.batches.submit import Accepted
from chalicelib.errors import Conflict, JobCancelled
from tests.batches import echo_kind
from tests.batches.aws_faults import hooked, refusing
from tests.batches.driver import (
    Context,
    accept,
    executions,
    loaded,
    open_batches,
    receive,
    recover,
    work_off,
)
from tests.batches.rounds import run, statuses
from tests.conftest import Cloud

pytestmark = pytest.mark.usefixtures("engine")
HOOK = ["https://example.com/hook"]
CANCELLED, COMPLETED, QUEUED = JobStatus.CANCELLED, JobStatus.COMPLETED, JobStatus.QUEUED


def job_of(accepted: Accepted, index: int = 1) -> Job:
    return loaded(accepted)[1][index - 1]


def cancel(cloud: Cloud, accepted: Accepted, index: int = 1) -> None:
    cancelling.cancel_job(job_of(accepted, index), cloud.clock)


def cancel_all(cloud: Cloud, accepted: Accepted) -> None:
    cancelling.cancel_batch(*loaded(accepted), cloud.clock)


def claimed(cloud: Cloud, accepted: Accepted, index: int = 1) -> Job:
    now = cloud.clock.now
    job = store.claim(accepted.batch.token, index, now=now, lease_until=now + 60_000).job
    assert job
    return job


def test_a_queued_job_ends_at_once_and_never_runs(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", webhooks=HOOK)
    cancel(cloud, accepted)
    batch, [job] = loaded(accepted)
    assert (job.status, batch.status) == (CANCELLED, BatchStatus.CANCELLED)
    assert (job.ended_at, job.expires_at) == (cloud.clock.now, cloud.clock.now + 24 * 3600 * 1000)
    assert executions() == [f"{batch.id}-0", f"{job.id}-0"]
    assert open_batches(cloud.clock) == []
    assert work_off(cloud.clock) == [None]
    assert echo_kind.runs == []
    assert job_of(accepted) == job


def test_a_running_one_is_stopped_and_what_it_has_made_is_dropped(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok")
    job = claimed(cloud, accepted)
    with Running(job, lambda: 60, cloud.clock) as task:
        cancel(cloud, accepted)
        with pytest.raises(JobCancelled):
            task.report(5, "next")
    assert not store.complete(job, {"made": 1}, now=cloud.clock.now).won
    assert (job_of(accepted).status, job_of(accepted).outcome) == (CANCELLED, None)


def test_a_worker_that_finds_its_job_cancelled_is_done_with_it(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok")
    [message] = receive()
    renewed = []

    def overtake(**_: object) -> None:
        renewed.append(1)
        if len(renewed) == 2:  # claimed, about to report
            cancel(cloud, accepted)

    with hooked("before-call.dynamodb.UpdateItem", overtake):
        assert work.process(message["body"], Context(), cloud.clock) is None
    assert statuses(accepted) == [CANCELLED]
    assert loaded(accepted)[0].status is BatchStatus.CANCELLED


def test_one_that_waits_for_its_next_attempt_is_not_tried_again(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "retry")
    work_off(cloud.clock)
    assert job_of(accepted).error
    cancel(cloud, accepted)
    assert (job_of(accepted).status, job_of(accepted).error) == (CANCELLED, None)


@pytest.mark.parametrize("wish", ["ok", "fail"])
def test_what_has_ended_keeps_its_end(cloud: Cloud, wish: str) -> None:
    accepted = accept(cloud.clock, wish)
    work_off(cloud.clock)
    before = loaded(accepted)
    with pytest.raises(Conflict, match=r"The job has ended, it is (completed|failed)") as refused:
        cancel(cloud, accepted)
    assert refused.value.code == "JOB_ENDED"
    with pytest.raises(Conflict, match="The batch has ended") as refused:
        cancel_all(cloud, accepted)
    assert refused.value.code == "BATCH_ENDED"
    assert loaded(accepted) == before


def test_a_repeat_is_no_refusal(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok")
    for _ in range(2):
        cancel(cloud, accepted)
        cancel_all(cloud, accepted)
    assert statuses(accepted) == [CANCELLED, CANCELLED]
    assert len([name for name in executions() if name.startswith("batch_")]) == 1


def test_of_a_batch_goes_what_has_not_ended(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "fail", "ok", "retry", "ok")
    first, second, *_ = receive()
    for message in (first, second):
        work.process(message["body"], Context(), cloud.clock)
    claimed(cloud, accepted, 3)
    cancel_all(cloud, accepted)
    assert statuses(accepted) == [COMPLETED, JobStatus.FAILED, CANCELLED, CANCELLED, CANCELLED]
    batch = loaded(accepted)[0]
    assert (batch.status, batch.cancelled) == (BatchStatus.PARTIAL_FAILURE, frozenset({3, 4, 5}))
    assert open_batches(cloud.clock) == []


def test_a_cancelled_batch_of_equals_runs_nothing(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", "ok", merge_equal=True)
    cancel_all(cloud, accepted)
    run(cloud.clock)
    assert statuses(accepted) == [CANCELLED] * 3
    assert echo_kind.runs == []


def test_the_next_equal_job_runs_for_the_others(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", "ok", merge_equal=True)
    cancel(cloud, accepted)
    run(cloud.clock)
    assert statuses(accepted) == [CANCELLED, COMPLETED, COMPLETED]
    assert echo_kind.runs == [job_of(accepted, 2).id]
    assert loaded(accepted)[0].status is BatchStatus.PARTIAL_FAILURE


def test_the_heir_may_be_cancelled_too(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", "ok", merge_equal=True)
    cancel(cloud, accepted, 1)
    cancel(cloud, accepted, 2)
    run(cloud.clock)
    assert statuses(accepted) == [CANCELLED, CANCELLED, COMPLETED]


def test_an_equal_job_is_cancelled_alone(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", "ok", merge_equal=True)
    cancel(cloud, accepted, 2)
    run(cloud.clock)
    assert statuses(accepted) == [COMPLETED, CANCELLED, COMPLETED]
    assert len(echo_kind.runs) == 1


def test_a_heir_that_ends_at_that_moment_leaves_it_to_the_watchdog(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", "ok", merge_equal=True)
    once = [1]

    def overtake(**_: object) -> None:
        if once:
            once.clear()
            cancel(cloud, accepted, 2)

    with hooked("before-call.dynamodb.TransactWriteItems", overtake):
        cancel(cloud, accepted, 1)
    recover(cloud.clock)
    cloud.clock.forward(61)
    recover(cloud.clock)
    assert statuses(accepted) == [CANCELLED, CANCELLED, COMPLETED]


def test_a_serial_batch_goes_on_with_the_next(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", "ok", parallel=False)
    cancel(cloud, accepted, 1)
    run(cloud.clock)
    assert statuses(accepted) == [CANCELLED, COMPLETED, COMPLETED]


def test_who_waits_for_a_skipped_job_waits_for_the_one_before(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", "ok", "ok", parallel=False)
    cancel(cloud, accepted, 2)
    cancel(cloud, accepted, 3)
    assert job_of(accepted, 4).held
    assert len(receive()) == 1
    work.process(f'{{"job": "{job_of(accepted).id}"}}', Context(), cloud.clock)
    run(cloud.clock)
    assert statuses(accepted) == [COMPLETED, CANCELLED, CANCELLED, COMPLETED]


def test_equals_of_a_skipped_job_keep_its_place(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "fail", "fail", "list", parallel=False, merge_equal=True)
    cancel(cloud, accepted, 2)
    assert [job.held for job in loaded(accepted)[1]] == [False, True, True, True]
    run(cloud.clock)
    batch, jobs = loaded(accepted)
    assert [job.status.value for job in jobs] == ["completed", "cancelled", "failed", "completed"]
    started = [job.started_at for job in jobs if job.started_at]
    assert started == sorted(started)
    assert batch.ended_at


def test_the_batch_that_a_job_asked_for_goes_with_it(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "list")
    work_off(cloud.clock)
    [parent] = loaded(accepted)[1]
    assert parent.status is COMPLETED
    cancel(cloud, accepted)  # its videos still wait
    child = store.load(parent.child or "")
    assert child
    assert {job.status for job in child[1]} == {CANCELLED}
    assert child[0].status is BatchStatus.CANCELLED
    with pytest.raises(Conflict):
        cancel(cloud, accepted)


def test_a_batch_that_has_ended_is_cancelled_for_what_it_asked_for(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "list", "ok")
    for message in receive():
        work.process(message["body"], Context(), cloud.clock)
    batch, [parent, _] = loaded(accepted)
    assert batch.ended_at
    cancel_all(cloud, accepted)
    child = store.get_batch(parent.child or "")
    assert child
    assert child.status is BatchStatus.CANCELLED
    assert loaded(accepted)[0] == batch


def test_the_watchdog_carries_on(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", "ok")
    with (
        pytest.raises(Exception, match="away"),
        refusing("dynamodb", "UpdateItem", after=2),
    ):
        cancel_all(cloud, accepted)
    assert statuses(accepted) == [CANCELLED, QUEUED, QUEUED]
    cloud.clock.forward(61)
    watchdog.sweep(cloud.clock)
    assert statuses(accepted) == [CANCELLED] * 3
    assert loaded(accepted)[0].status is BatchStatus.CANCELLED
    assert open_batches(cloud.clock) == []


def test_what_is_not_told_in_time_the_watchdog_tells(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", "ok", webhooks=HOOK)

    def slow(**_: object) -> None:
        cloud.clock.forward(20)

    with hooked("before-call.events.PutEvents", slow):
        cancel_all(cloud, accepted)
    assert statuses(accepted) == [CANCELLED] * 3
    assert len(loaded(accepted)[0].counted) == 1
    cloud.clock.forward(61)
    watchdog.sweep(cloud.clock)
    assert loaded(accepted)[0].status is BatchStatus.CANCELLED
    assert len([name for name in executions() if name.startswith("job_")]) == 3


def test_what_is_not_cancelled_in_time_the_watchdog_cancels(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "list", "ok")

    def slow(**_: object) -> None:
        cloud.clock.forward(9)

    with hooked("before-call.dynamodb.UpdateItem", slow):
        cancel_all(cloud, accepted)
    assert statuses(accepted) == [CANCELLED, QUEUED, QUEUED]
    cloud.clock.forward(61)
    watchdog.sweep(cloud.clock)
    assert statuses(accepted) == [CANCELLED] * 3
    assert loaded(accepted)[0].status is BatchStatus.CANCELLED


def test_a_cancel_stands_although_nobody_can_be_told(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok")
    with refusing("events", "PutEvents"):
        cancel(cloud, accepted)
    assert statuses(accepted) == [CANCELLED]
    cloud.clock.forward(61)
    watchdog.sweep(cloud.clock)
    assert loaded(accepted)[0].status is BatchStatus.CANCELLED
