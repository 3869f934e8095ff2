"""Jobs that wait for something outside, and failures that name their own pause."""

from __future__ import annotations

import pytest

from chalicelib import aws
from chalicelib.batches import queues, watchdog, work
from chalicelib.batches.model import BatchStatus, JobStatus
from tests.batches.driver import Context, accept, loaded, receive, work_off
from tests.conftest import Cloud

pytestmark = pytest.mark.usefixtures("engine")


def test_waiting_uses_up_no_tries(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "wait")
    [message] = receive()
    for attempt in range(1, 6):
        assert work.process(message["body"], Context(), cloud.clock) is None
        [job] = loaded(accepted)[1]
        assert (job.status, job.attempt, job.tries) == (JobStatus.QUEUED, attempt, 0)
        assert job.queued_at == cloud.clock.now + 30_000
    work.process(message["body"], Context(), cloud.clock)
    assert loaded(accepted)[0].status is BatchStatus.COMPLETED


def test_each_wait_has_a_message_of_its_own(cloud: Cloud) -> None:
    """A message may be received five times only; a wait for a recogniser may be longer."""
    accept(cloud.clock, "wait")
    assert work_off(cloud.clock) == [None]
    attributes = aws.sqs().get_queue_attributes(QueueUrl=queues.url("echo", "normal"), AttributeNames=["All"])
    assert attributes["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"


def test_a_wait_whose_message_was_lost_is_found_by_the_watchdog(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "wait")
    [message] = receive()
    for _ in range(5):
        work.process(message["body"], Context(), cloud.clock)
    cloud.clock.forward(931)
    watchdog.sweep(cloud.clock)
    work_off(cloud.clock)
    assert loaded(accepted)[0].status is BatchStatus.COMPLETED


def test_a_failure_may_name_the_pause_before_the_next_try(cloud: Cloud) -> None:
    accept(cloud.clock, "hour")
    assert work_off(cloud.clock) == [3600]


def test_no_pause_is_longer_than_the_operator_wants(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_RETRY_AFTER_MOST", "60")
    accept(cloud.clock, "hour")
    assert work_off(cloud.clock) == [60]


def test_nobody_waits_for_ever(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "wait")
    [message] = receive()
    work.process(message["body"], Context(), cloud.clock)
    cloud.clock.forward(6 * 3600 + 1)
    work.process(message["body"], Context(), cloud.clock)
    batch, [job] = loaded(accepted)
    assert (batch.status, job.error and job.error.code) == (BatchStatus.FAILED, "TIMEOUT")
    assert job.error
    assert job.error.message == "The job waited too long: Not ready outside"
