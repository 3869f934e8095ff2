from __future__ import annotations

import pytest

from chalicelib.batches import store
from chalicelib.batches.model import Job
from chalicelib.batches.running import LISTEN_EVERY_SECONDS, WRITE_EVERY_MS, Running
from chalicelib.errors import JobCancelled, LeaseLost
from chalicelib.outbound.patience import TICK_SECONDS
from chalicelib.settings import settings
from tests.batches.aws_faults import hooked
from tests.batches.driver import accept
from tests.conftest import Cloud
from tests.waiting import wait_for

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def job(cloud: Cloud) -> Job:
    accepted = accept(cloud.clock, "ok")
    lease = cloud.clock.now + 120_000
    claimed = store.claim(accepted.batch.token, 1, now=cloud.clock.now, lease_until=lease).job
    assert claimed
    return claimed


def stored(job: Job) -> Job:
    found = store.get_job(job.token, job.index)
    assert found
    return found


def test_progress_and_facts_are_written_and_the_lease_renewed(cloud: Cloud, job: Job) -> None:
    with Running(job, lambda: 60, cloud.clock) as task:
        cloud.clock.forward(3)
        task.report(20, "reading", {"size": 1.5})
        now = stored(job)
    assert (now.progress, now.step, now.facts) == (20, "reading", {"size": 1.5})
    assert now.lease_until == cloud.clock.now + settings().lease_seconds * 1000


def test_writes_are_thinned_out(cloud: Cloud, job: Job) -> None:
    with Running(job, lambda: 60, cloud.clock) as task:
        task.report(1, "reading")
        for progress in range(2, 50):
            task.report(progress, "reading")
        assert stored(job).progress == 1
        cloud.clock.forward(2)
        task.report(50, "reading")
        assert stored(job).progress == 50


def test_progress_never_falls_and_never_reaches_100(cloud: Cloud, job: Job) -> None:
    with Running(job, lambda: 60, cloud.clock) as task:
        task.report(40, "one")
        task.report(10, "two")
        assert stored(job).progress == 40
        task.report(100, "three")
        assert stored(job).progress == 99


def test_a_cancel_is_noticed(cloud: Cloud, job: Job) -> None:
    with Running(job, lambda: 60, cloud.clock) as task:
        store.cancel(job, now=cloud.clock.now)
        with pytest.raises(JobCancelled):
            task.report(5, "next")


def test_a_lost_lease_is_noticed(cloud: Cloud, job: Job) -> None:
    with Running(job, lambda: 60, cloud.clock) as task:
        cloud.clock.forward(121)
        store.claim(job.token, job.index, now=cloud.clock.now, lease_until=cloud.clock.now + 1000)
        with pytest.raises(LeaseLost):
            task.report(5, "next")


def test_the_lease_is_renewed_while_the_kind_is_silent(
    cloud: Cloud, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATCHREEL_LEASE_SECONDS", "1")  # a beat each quarter of a second
    settings.cache_clear()
    with Running(job, lambda: 60, cloud.clock):
        cloud.clock.forward(50)
        wait_for(lambda: stored(job).lease_until == cloud.clock.now + 1000)


def test_a_cancel_is_heard_while_the_kind_is_silent(
    cloud: Cloud, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATCHREEL_LEASE_SECONDS", "1")  # it listens each quarter of a second
    settings.cache_clear()
    heard: list[object] = []
    with Running(job, lambda: 60, cloud.clock) as task:
        task.report(1, "reading")
        store.cancel(job, now=cloud.clock.now)
        with hooked("before-call.dynamodb.UpdateItem", lambda **_: heard.append(1)):
            cloud.clock.forward(1)
            wait_for(lambda: heard)
        with pytest.raises(JobCancelled):
            task.report(1, "reading")  # too soon to write by itself


def test_a_silent_kind_is_listened_for_within_five_seconds() -> None:
    assert LISTEN_EVERY_SECONDS + TICK_SECONDS <= 5
    assert WRITE_EVERY_MS / 1000 + 2 * TICK_SECONDS <= 5
