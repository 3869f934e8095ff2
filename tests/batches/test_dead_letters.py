from __future__ import annotations

from typing import Any

import pytest

from chalicelib.batches import dead_letters, store, work
from chalicelib.batches.model import BatchStatus
from tests.batches.driver import Context, accept, executions, loaded, receive, work_off
from tests.conftest import Cloud

pytestmark = pytest.mark.usefixtures("engine")


def bury(cloud: Cloud, *bodies: str) -> list[str]:
    """Which messages stay in the dead-letter queue."""
    records = [{"messageId": str(n), "body": body} for n, body in enumerate(bodies)]
    answer: Any = dead_letters.handle({"Records": records}, cloud.clock)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_the_job_fails_and_its_batch_ends(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok")
    dead, alive = receive()
    assert bury(cloud, dead["body"]) == []
    assert loaded(accepted)[0].status is BatchStatus.PROCESSING
    work.process(alive["body"], Context(), cloud.clock)
    batch, jobs = loaded(accepted)
    assert batch.status is BatchStatus.PARTIAL_FAILURE
    errors = [job.error.code for job in jobs if job.error]
    assert errors == ["WORKER_LOST"]
    assert executions() == [f"{batch.id}-0"]


def test_a_job_that_runs_elsewhere_is_waited_for(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok")
    [message] = receive()
    store.claim(accepted.batch.token, 1, now=cloud.clock.now, lease_until=cloud.clock.now + 1000)
    assert bury(cloud, message["body"]) == ["0"]
    cloud.clock.forward(2)
    assert bury(cloud, message["body"]) == []
    assert loaded(accepted)[0].status is BatchStatus.FAILED


def test_a_job_that_ended_meanwhile_keeps_its_outcome(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok")
    [message] = receive()
    assert bury(cloud, message["body"]) == []
    before = loaded(accepted)
    assert bury(cloud, message["body"]) == []
    assert loaded(accepted) == before


def test_unreadable_letters_are_dropped_and_the_rest_handled(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok")
    [message] = receive()
    assert bury(cloud, "rubbish", '{"job": "job_0123456789abc001"}', message["body"]) == []
    assert loaded(accepted)[0].status is BatchStatus.FAILED
    assert work_off(cloud.clock) == []


def test_a_job_that_waits_for_its_retry_is_waited_for(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "retry")
    [message] = receive()
    assert work.process(message["body"], Context(), cloud.clock) == 20
    assert bury(cloud, message["body"]) == ["0"]
    cloud.clock.forward(21)
    assert bury(cloud, message["body"]) == []
    error = loaded(accepted)[1][0].error
    assert error
    assert error.code == "BAD_DAY"  # what it last failed with says more than that its message died
