from __future__ import annotations

import pytest

from chalicelib import aws
from chalicelib.batches import store, watchdog
from chalicelib.batches.model import BatchStatus, JobStatus
from chalicelib.settings import settings
from tests.batches import echo_kind
from tests.batches.aws_faults import refusing
from tests.batches.driver import accept, executions, loaded, open_batches, receive, work_off
from tests.conftest import Cloud

pytestmark = pytest.mark.usefixtures("engine")


def test_what_was_never_enqueued_is_sent(cloud: Cloud) -> None:
    with refusing("sqs", "SendMessageBatch"):
        accepted = accept(cloud.clock, *["ok"] * 12)
        cloud.clock.forward(61)
        assert watchdog.sweep(cloud.clock) == {"seen": 1, "broken": 0}  # the queue is still away
    watchdog.sweep(cloud.clock)
    work_off(cloud.clock)
    assert loaded(accepted)[0].status is BatchStatus.COMPLETED


def test_a_fresh_batch_is_left_alone(cloud: Cloud) -> None:
    accept(cloud.clock, "ok")
    cloud.clock.forward(59)
    assert watchdog.sweep(cloud.clock) == {"seen": 0, "broken": 0}


def test_a_long_queue_is_not_filled_with_copies(cloud: Cloud) -> None:
    """Sent again after 15, then 30, then 60 minutes: copies grow with the logarithm of the wait."""
    accept(cloud.clock, "ok")
    for _ in range(72):
        cloud.clock.forward(300)
        watchdog.sweep(cloud.clock)
    assert len(receive()) == 5


def test_a_dead_lease_is_freed_and_the_job_runs_again(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok")
    receive()  # a worker took the message and died
    store.claim(accepted.batch.token, 1, now=cloud.clock.now, lease_until=cloud.clock.now + 120_000)
    cloud.clock.forward(121)
    watchdog.sweep(cloud.clock)
    work_off(cloud.clock)
    batch, [job] = loaded(accepted)
    assert (batch.status, job.attempt) == (BatchStatus.COMPLETED, 2)
    assert executions() == [f"{batch.id}-0"]


def test_a_job_that_loses_every_worker_fails(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok")
    for _ in range(settings().max_attempts):
        receive()
        assert store.claim(
            accepted.batch.token, 1, now=cloud.clock.now, lease_until=cloud.clock.now + 120_000
        ).won
        cloud.clock.forward(121)
        watchdog.sweep(cloud.clock)
    batch, [job] = loaded(accepted)
    assert batch.status is BatchStatus.FAILED
    assert job.error
    assert (job.error.code, job.error.retryable) == ("WORKER_LOST", True)
    assert echo_kind.runs == []


def test_a_live_lease_is_respected(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok")
    cloud.clock.forward(100)
    store.claim(accepted.batch.token, 1, now=cloud.clock.now, lease_until=cloud.clock.now + 120_000)
    cloud.clock.forward(119)
    watchdog.sweep(cloud.clock)
    assert loaded(accepted)[1][0].status is JobStatus.PROCESSING


def test_a_lease_renewed_since_it_was_read_is_respected(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok")
    token = accepted.batch.token
    held = store.claim(token, 1, now=cloud.clock.now, lease_until=cloud.clock.now + 1000).job
    assert held
    cloud.clock.forward(70)
    seen = loaded(accepted)
    store.renew(held, lease_until=cloud.clock.now + 120_000, progress=5, step=None, facts={})
    watchdog.repair(*seen, lambda *_: 0, cloud.clock)
    assert loaded(accepted)[1][0].status is JobStatus.PROCESSING


def test_one_broken_batch_does_not_keep_it_from_the_others(cloud: Cloud) -> None:
    broken, fine = accept(cloud.clock, "ok"), accept(cloud.clock, "ok")
    aws.dynamodb().update_item(
        TableName=settings().batches_table,
        Key={"pk": {"S": f"B#{broken.batch.token}"}, "sk": {"S": "J#001"}},
        UpdateExpression="SET #status = :nonsense",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":nonsense": {"S": "nonsense"}},
    )
    receive()
    cloud.clock.forward(3600)
    assert watchdog.sweep(cloud.clock) == {"seen": 2, "broken": 1}
    work_off(cloud.clock)
    assert open_batches(cloud.clock) == [broken.batch.token]
    assert loaded(fine)[0].status is BatchStatus.COMPLETED


def test_a_wait_that_the_queue_explains_is_no_loss(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """200 jobs before it at 20 s each, one at a time: over an hour is nothing unusual."""
    monkeypatch.setenv("BATCHREEL_WORKER_CONCURRENCY", "1")
    settings.cache_clear()
    accept(cloud.clock, *["ok"] * 90)
    cloud.clock.forward(3600)
    watchdog.sweep(cloud.clock)
    assert len(receive()) == 90


def test_a_sweep_that_runs_out_of_time_is_no_batchs_fate(cloud: Cloud) -> None:
    """With time for one batch a sweep, each is looked at sooner or later."""
    accepted = [accept(cloud.clock, "ok") for _ in range(6)]
    receive()

    def hurried() -> int:
        cloud.clock.forward(30)
        return cloud.clock.now

    for _ in range(200):
        cloud.clock.forward(3600)
        watchdog.sweep(hurried)
        if all(loaded(each)[1][0].resends for each in accepted):
            break
    assert all(loaded(each)[1][0].resends for each in accepted)
