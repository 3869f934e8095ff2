from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from chalicelib.batches import store, watchdog
from chalicelib.batches.model import BatchStatus, JobStatus
from tests.batches import echo_kind
from tests.batches.aws_faults import refusing
from tests.batches.driver import accept, executions, loaded, receive, work_off
from tests.conftest import Cloud

pytestmark = pytest.mark.usefixtures("engine")
HOOK = ["https://example.com/hook"]


def test_equal_jobs_run_once_and_all_are_answered(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "fail", "ok", "fail", merge_equal=True, webhooks=HOOK)
    work_off(cloud.clock)
    batch, jobs = loaded(accepted)
    assert sorted(echo_kind.runs) == [jobs[0].id, jobs[1].id]
    assert [job.status.value for job in jobs] == ["completed", "failed"] * 2
    assert jobs[2].outcome == jobs[0].outcome
    assert jobs[3].error == jobs[1].error
    assert jobs[2].started_at == jobs[0].started_at
    assert batch.status is BatchStatus.PARTIAL_FAILURE
    assert len(executions()) == 5  # each job told of, and the batch


def test_a_transient_failure_ends_nobody(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "second-time", "second-time", merge_equal=True)
    work_off(cloud.clock)
    assert {job.status for job in loaded(accepted)[1]} == {JobStatus.QUEUED}
    cloud.clock.forward(4000)
    watchdog.sweep(cloud.clock)
    work_off(cloud.clock)
    batch, jobs = loaded(accepted)
    assert batch.status is BatchStatus.COMPLETED
    assert set(echo_kind.runs) == {jobs[0].id}


def test_a_serial_batch_runs_one_job_at_a_time(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "fail", "ok", parallel=False)
    for finished in range(1, 4):
        assert work_off(cloud.clock) == [None]
        batch, jobs = loaded(accepted)
        assert len(batch.counted) == finished
        assert echo_kind.runs == [job.id for job in jobs[:finished]]
    assert loaded(accepted)[0].status is BatchStatus.PARTIAL_FAILURE


def test_held_jobs_are_not_sent_by_the_watchdog(cloud: Cloud) -> None:
    accept(cloud.clock, "ok", "ok", parallel=False)
    receive()
    cloud.clock.forward(100_000)
    watchdog.sweep(cloud.clock)
    assert len(receive()) == 1  # the first one again


def test_the_next_job_is_sent_later_when_its_queue_was_away(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", parallel=False)
    with refusing("sqs", "SendMessageBatch"):
        work_off(cloud.clock)
    assert loaded(accepted)[1][1].held
    cloud.clock.forward(61)
    watchdog.sweep(cloud.clock)
    work_off(cloud.clock)
    assert loaded(accepted)[0].status is BatchStatus.COMPLETED


def test_a_job_that_was_quicker_than_the_note_of_its_sending_is_not_sent_early(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "hour", parallel=False)
    # claimed, begun, ended, counted; not let go
    with refusing("dynamodb", "UpdateItem", after=4), pytest.raises(ClientError):
        work_off(cloud.clock)
    [job] = loaded(accepted)[1][1:]
    assert job.held
    assert 3600 in work_off(cloud.clock)
    cloud.clock.forward(600)
    watchdog.sweep(cloud.clock)
    assert loaded(accepted)[1][1].queued_at > cloud.clock.now
    assert receive() == []


def test_a_lost_leader_ends_its_equals(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", merge_equal=True)
    receive()
    for _ in range(3):
        now = cloud.clock.now
        assert store.claim(accepted.batch.token, 1, now=now, lease_until=now + 1000).won
        cloud.clock.forward(61)
        watchdog.sweep(cloud.clock)
    batch, jobs = loaded(accepted)
    assert batch.status is BatchStatus.FAILED
    assert [job.error.code for job in jobs if job.error] == ["WORKER_LOST"] * 2
