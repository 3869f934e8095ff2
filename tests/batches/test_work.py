from __future__ import annotations

import json

import pytest

from chalicelib.batches import store, work
from chalicelib.batches.model import BatchStatus, JobStatus
from chalicelib.settings import settings
from tests.batches import echo_kind
from tests.batches.driver import Context, accept, executions, loaded, open_batches, receive, work_off
from tests.conftest import Cloud

pytestmark = pytest.mark.usefixtures("engine")


def test_a_batch_is_done_when_its_last_job_is(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok")
    first, second = receive()
    work.process(first["body"], Context(), cloud.clock)
    assert loaded(accepted)[0].ended_at is None
    cloud.clock.forward(5)
    work.process(second["body"], Context(), cloud.clock)
    batch, jobs = loaded(accepted)
    assert (batch.status, batch.ended_at) == (BatchStatus.COMPLETED, cloud.clock.now)
    assert batch.done == {1, 2}
    assert jobs[0].outcome == {"half": 0.5, "prefix": f"jobs/2d/{jobs[0].id}/1/"}
    assert (jobs[0].progress, jobs[0].facts) == (100, {"said": "ok"})
    assert jobs[0].expires_at == (jobs[0].ended_at or 0) + 24 * 3600 * 1000
    assert executions() == [f"{batch.id}-0"]
    assert open_batches(cloud.clock) == []


@pytest.mark.parametrize(
    ("wishes", "status"),
    [
        (["ok", "ok"], BatchStatus.COMPLETED),
        (["ok", "fail"], BatchStatus.PARTIAL_FAILURE),
        (["fail", "fail"], BatchStatus.FAILED),
    ],
)
def test_the_batch_status_follows_from_the_counts(
    cloud: Cloud, wishes: list[str], status: BatchStatus
) -> None:
    accepted = accept(cloud.clock, *wishes)
    work_off(cloud.clock)
    assert loaded(accepted)[0].status is status


def test_a_structural_failure_ends_the_job_at_once(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "fail")
    assert work_off(cloud.clock) == [None]
    error = loaded(accepted)[1][0].error
    assert error
    assert (error.code, error.message, error.retryable, error.details) == (
        "NO_LUCK",
        "It cannot be done",
        False,
        "not ever",
    )


def test_a_transient_failure_waits_longer_each_time_and_then_ends_the_job(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "retry")
    [message] = receive()
    pauses = []
    for _ in range(settings().max_attempts):
        pauses.append(work.process(message["body"], Context(), cloud.clock))
        cloud.clock.forward(pauses[-1] or 0)
    assert pauses == [20, 40, None]
    [job] = loaded(accepted)[1]
    assert (job.status, job.attempt) == (JobStatus.FAILED, 3)
    assert job.error
    assert job.error.code == "BAD_DAY"


def test_a_second_attempt_can_succeed(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "second-time")
    [message] = receive()
    assert work.process(message["body"], Context(), cloud.clock) == 20
    assert loaded(accepted)[1][0].status is JobStatus.QUEUED
    assert work.process(message["body"], Context(), cloud.clock) is None
    [job] = loaded(accepted)[1]
    assert (job.status, job.attempt, job.error) == (JobStatus.COMPLETED, 2, None)


def test_a_bug_in_a_kind_is_tried_again_and_never_shown(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "break")
    [message] = receive()
    for _ in range(settings().max_attempts):
        work.process(message["body"], Context(), cloud.clock)
    [job] = loaded(accepted)[1]
    assert job.error
    assert job.error.code == "INTERNAL_ERROR"
    assert "bug" not in job.error.message


def test_a_duplicate_of_a_running_job_changes_nothing(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok")
    [message] = receive()
    token = accepted.batch.token
    lease = cloud.clock.now + 60_000
    running = store.claim(token, 1, now=cloud.clock.now, lease_until=lease)
    assert running.won
    before = store.get_job(token, 1)
    assert work.process(message["body"], Context(), cloud.clock) is None
    assert store.get_job(token, 1) == before
    assert echo_kind.runs == []
    assert executions() == []


def test_a_duplicate_of_a_finished_job_changes_nothing(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "fail", webhooks=["https://example.com/"])
    messages = receive()
    for message in messages:
        work.process(message["body"], Context(), cloud.clock)
    before, started = loaded(accepted), executions()
    cloud.clock.forward(1000)
    for message in messages * 2:
        assert work.process(message["body"], Context(), cloud.clock) is None
    assert loaded(accepted) == before
    assert executions() == started
    assert len(echo_kind.runs) == 2


def test_a_job_that_waits_for_its_next_attempt_keeps_what_it_waits_with(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "second-time")
    [message] = receive()
    work.process(message["body"], Context(), cloud.clock)
    waiting = loaded(accepted)[1][0]
    assert waiting.error
    assert (waiting.status, waiting.error.code) == (JobStatus.QUEUED, "BAD_DAY")


def test_a_dead_lease_is_taken_over(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok")
    [message] = receive()
    store.claim(accepted.batch.token, 1, now=cloud.clock.now, lease_until=cloud.clock.now + 60_000)
    cloud.clock.forward(61)
    work.process(message["body"], Context(), cloud.clock)
    [job] = loaded(accepted)[1]
    assert (job.status, job.attempt) == (JobStatus.COMPLETED, 2)


def test_a_worker_that_lost_its_lease_cannot_record(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok")
    slow = store.claim(accepted.batch.token, 1, now=cloud.clock.now, lease_until=cloud.clock.now + 1000).job
    assert slow
    cloud.clock.forward(2)
    work_off(cloud.clock)
    assert not store.complete(slow, {"stale": True}, now=cloud.clock.now).won
    outcome = loaded(accepted)[1][0].outcome
    assert outcome is not None
    assert "stale" not in outcome


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '{"job": 7}', '{"job": "nonsense"}', '{"job": "batch_0123456789abc000"}']
)
def test_a_message_that_is_no_job_is_dropped(cloud: Cloud, body: str) -> None:
    assert work.process(body, Context(), cloud.clock) is None


def test_a_message_of_a_job_that_is_gone_is_dropped(cloud: Cloud) -> None:
    assert work.process('{"job": "job_0123456789abc001"}', Context(), cloud.clock) is None


def test_the_lambda_handler_asks_for_the_message_back_after_the_pause(cloud: Cloud) -> None:
    accept(cloud.clock, "retry")
    [message] = receive()
    arn = "arn:aws:sqs:us-east-1:123456789012:batchreel-AudioNormalQueue"
    answer = work.handle({"Records": [{**message, "eventSourceARN": arn}]}, Context())
    assert answer == {"batchItemFailures": [{"itemIdentifier": message["messageId"]}]}
    assert json.loads(message["body"])["job"].startswith("job_")
