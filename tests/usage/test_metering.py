"""What batches have used, in the account's usage: all of it, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib import aws
from chalicelib.batches import deletion, finish, metering, store, work
from chalicelib.batches.model import Failure, JobStatus
from chalicelib.batches.submit import Accepted
from chalicelib.errors import ServiceUnavailable
from chalicelib.settings import settings
from chalicelib.usage import days, prices
from chalicelib.usage.amounts import Amounts
from tests.batches import echo_kind
from tests.batches.aws_faults import refusing
from tests.batches.conftest import engine
from tests.batches.driver import Context, accept, loaded, receive, work_off
from tests.conftest import Cloud

__all__ = ["engine"]
pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture(autouse=True)
def _runs_last_ten_seconds(cloud: Cloud, engine: Cloud) -> None:
    echo_kind.lasting.append(lambda: cloud.clock.forward(10))


def booked(cloud: Cloud, account: str = "acme") -> Amounts:
    day = days.day_of(cloud.clock.now)
    rows = days.read(account, day - timedelta(30), day + timedelta(30))
    return sum((row.amounts for row in rows), start=Amounts())


def ended(cloud: Cloud, *wishes: str, **options: object) -> Accepted:
    accepted = accept(cloud.clock, *wishes, **options)
    work_off(cloud.clock)
    return accepted


def test_a_batch_and_its_account_state_the_same(cloud: Cloud) -> None:
    accepted = ended(cloud, "ok", "fail", "ok")
    assert loaded(accepted)[0].usage is None
    finish.aggregate({"batch_id": accepted.batch.id})
    used = booked(cloud)
    assert Amounts.from_json(loaded(accepted)[0].usage or {}) == used
    assert (used.batches, used.jobs_completed, used.jobs_failed, used.jobs_cancelled) == (1, 2, 1, 0)
    assert (used.media_ms, used.bytes_in, used.bytes_out) == (120_000, 2000, 20)
    assert (used.compute_ms, used.compute_mb_ms) == (30_000, 30_000 * settings().memory_mb)
    assert used.compute_cost == 3 * prices.compute(10_000 * settings().memory_mb)
    assert used.control_cost == prices.control("batch") + 3 * prices.control("job")


def test_time_of_all_attempts_counts(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "second-time")
    [message] = receive()
    for _ in range(2):
        work.process(message["body"], Context(), cloud.clock)
    [job] = loaded(accepted)[1]
    assert (job.status, job.attempt, job.compute_ms) == (JobStatus.COMPLETED, 2, 20_000)


def test_waits_for_something_outside_are_paid_for_as_well(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "wait")
    [message] = receive()
    work.process(message["body"], Context(), cloud.clock)
    [job] = loaded(accepted)[1]
    assert (job.status, job.compute_ms) == (JobStatus.QUEUED, 10_000)


@pytest.mark.parametrize("times", [2, 3])
def test_equal_jobs_use_what_one_does(cloud: Cloud, times: int) -> None:
    accepted = ended(cloud, *["ok"] * times, merge_equal=True)
    finish.aggregate({"batch_id": accepted.batch.id})
    used = booked(cloud)
    assert (used.jobs_completed, used.media_ms, used.compute_ms) == (times, 60_000, 10_000)


def test_aggregating_again_adds_nothing(cloud: Cloud) -> None:
    accepted = ended(cloud, "ok")
    for _ in range(3):
        finish.aggregate({"batch_id": accepted.batch.id})
    assert booked(cloud) == metering.of_batch(loaded(accepted)[1])


def test_two_that_aggregate_at_once_add_it_once(cloud: Cloud) -> None:
    accepted = ended(cloud, "ok")
    seen = loaded(accepted)
    first, second = metering.record(*seen), metering.record(*seen)
    assert first.usage == second.usage
    assert booked(cloud).batches == 1


def test_another_round_adds_what_is_new_on_the_same_day(cloud: Cloud) -> None:
    """A failed job that then succeeds is a completed one, of the day on which its batch was accepted."""
    accepted = ended(cloud, "ok", "fail")
    finish.aggregate({"batch_id": accepted.batch.id})
    cloud.clock.forward(3 * 24 * 3600)
    batch, jobs = loaded(accepted)
    again = replace(jobs[1], status=JobStatus.COMPLETED, error=None, outcome={"half": 1}, compute_ms=25_000)
    said = metering.record(batch, [jobs[0], again])
    used = booked(cloud)
    assert Amounts.from_json(said.usage or {}) == used
    assert (used.batches, used.jobs_completed, used.jobs_failed) == (1, 2, 0)
    assert (used.media_ms, used.compute_ms) == (120_000, 35_000)
    day = days.day_of(accepted.batch.created_at)
    assert {row.day for row in days.read("acme", day, day + timedelta(5))} == {day}


def test_what_another_has_changed_meanwhile_is_tried_again_later(cloud: Cloud) -> None:
    accepted = ended(cloud, "ok")
    batch, jobs = loaded(accepted)
    metering.record(batch, jobs)
    with pytest.raises(ServiceUnavailable):
        metering.record(batch, [replace(jobs[0], compute_ms=99)])


def test_a_batch_deleted_before_it_was_counted_is_counted(cloud: Cloud) -> None:
    accepted = ended(cloud, "ok", "list")
    work_off(cloud.clock)
    parent, jobs = loaded(accepted)
    child = store.load(jobs[1].child or "")
    assert child
    expected = metering.of_batch(jobs) + metering.of_batch(child[1])
    assert deletion.delete(parent, jobs, cloud.clock)
    finish.aggregate({"batch_id": parent.id})
    assert booked(cloud) == expected


def test_a_batch_whose_use_cannot_be_noted_is_not_deleted(cloud: Cloud) -> None:
    accepted = ended(cloud, "ok")
    lost = refusing("dynamodb", "TransactWriteItems", code="TransactionCanceledException")
    with lost, pytest.raises(ServiceUnavailable):
        deletion.delete(*loaded(accepted), cloud.clock)
    assert store.get_batch(accepted.batch.token)
    assert booked(cloud) == Amounts()


def test_a_tombstone_is_never_written_to(cloud: Cloud) -> None:
    """Who read the batch before it was deleted adds nothing after."""
    accepted = ended(cloud, "ok")
    seen = loaded(accepted)
    assert deletion.delete(*seen, cloud.clock)
    before = booked(cloud)
    metering.record(*seen)
    assert booked(cloud) == before
    head = store.head(accepted.batch.token)
    assert head
    assert head.usage is None


def test_a_job_that_no_worker_took_has_used_nothing(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok")
    [job] = loaded(accepted)[1]
    ended = store.fail(job, Failure("WORKER_LOST", "gone"), now=cloud.clock.now).job
    assert ended
    assert metering.of_job(ended) == Amounts()


def test_usage_is_kept_by_key_and_goes_after_400_days(cloud: Cloud) -> None:
    for key_id in ("one", "two", None):
        accepted = ended(cloud, "ok", key_id=key_id)
        finish.aggregate({"batch_id": accepted.batch.id})
    day = days.day_of(cloud.clock.now)
    rows = list(days.read("acme", day, day))
    assert sorted((row.key_id, row.amounts.batches) for row in rows) == [("-", 1), ("one", 1), ("two", 1)]
    assert list(days.read("other", day, day)) == []
    items = aws.dynamodb().scan(TableName=settings().accounts_table)["Items"]
    ttls = {int(item["ttl"]["N"]) for item in items if item["sk"]["S"].startswith("U#")}
    [ttl] = ttls
    assert days.day_of(ttl * 1000) == day + timedelta(400)


def test_the_children_of_a_job_are_its_keys(cloud: Cloud) -> None:
    accepted = ended(cloud, "list", key_id="mine")
    [job] = loaded(accepted)[1]
    child = store.get_batch(job.child or "")
    assert child
    assert child.key_id == "mine"
