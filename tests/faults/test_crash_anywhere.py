"""A process may die before or after any of its AWS calls. Whatever line it was, nothing is lost and nothing
happens twice to the outside.

The crash is an exception no `except Exception` can hold, raised at the SDK's own event hooks; what comes
after is what comes after in the cloud: leases run out, the watchdog looks, the message is delivered again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.accounts import quota
from chalicelib.accounts.quota import Quota
from chalicelib.batches import (
    dead_letters,
    finish,
    insertion,
    items,
    line,
    listing,
    slots,
    store,
    watchdog,
    work,
)
from chalicelib.batches.model import BatchStatus, JobStatus
from chalicelib.batches.submit import Accepted
from chalicelib.errors import NamesTaken
from chalicelib.settings import settings
from tests.batches.aws_faults import hooked
from tests.batches.conftest import engine
from tests.batches.driver import Context, accept, executions, loaded, open_batches, receive, recover, work_off
from tests.conftest import Cloud

__all__ = ["engine"]
pytestmark = pytest.mark.usefixtures("engine")
HOOK = ["https://example.com/hook"]


class Died(BaseException):
    """Nothing catches this, as nothing catches a SIGKILL."""


@contextmanager
def dying(call: int, moment: str) -> Iterator[Callable[[], int]]:
    """Die at that AWS call; yields how many calls there were."""
    calls = 0

    def count(**_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == call:
            raise Died

    with hooked(moment, count):
        yield lambda: calls


def every_crash(step: Callable[[], object], reset: Callable[[], Callable[[], object]]) -> Iterator[None]:
    """Run `step` dying at each of its AWS calls in turn, before and after; `reset` prepares a fresh step."""
    with dying(0, "before-call") as counted:
        step()
    total = counted()
    assert total > 2
    for moment in ("before-call", "after-call"):
        for call in range(1, total + 1):
            fresh = reset()
            with dying(call, moment), pytest.raises(Died):
                fresh()
            yield


def ended_once(cloud: Cloud, accepted: Accepted, status: BatchStatus, jobs: int = 1) -> None:
    batch, found = loaded(accepted)
    assert batch.status is status
    assert batch.counted == set(range(1, jobs + 1))
    assert all(job.status.ended for job in found)
    mine = [name for name in executions() if batch.token in name]
    assert len([name for name in mine if name.startswith("batch_")]) == 1
    assert len([name for name in mine if name.startswith("job_")]) == jobs
    assert accepted.batch.token not in open_batches(cloud.clock)


@pytest.mark.parametrize("wish", ["ok", "fail"])
def test_a_worker_may_die_at_any_call(cloud: Cloud, wish: str) -> None:
    accepted: list[Accepted] = []

    def fresh() -> Callable[[], object]:
        accepted.append(accept(cloud.clock, wish, webhooks=HOOK))
        [message] = receive()
        return lambda: work.process(message["body"], Context(), cloud.clock)

    expected = BatchStatus.COMPLETED if wish == "ok" else BatchStatus.FAILED
    for _ in every_crash(fresh(), fresh):
        recover(cloud.clock)
        ended_once(cloud, accepted[-1], expected)


def test_the_last_of_two_workers_may_die_at_any_call(cloud: Cloud) -> None:
    accepted: list[Accepted] = []

    def fresh() -> Callable[[], object]:
        accepted.append(accept(cloud.clock, "ok", "ok", webhooks=HOOK))
        first, last = receive()
        work.process(first["body"], Context(), cloud.clock)
        return lambda: work.process(last["body"], Context(), cloud.clock)

    for _ in every_crash(fresh(), fresh):
        recover(cloud.clock)
        ended_once(cloud, accepted[-1], BatchStatus.COMPLETED, jobs=2)


@pytest.mark.parametrize("wish", ["ok", "fail"])
def test_a_worker_that_runs_for_equal_jobs_may_die_at_any_call(cloud: Cloud, wish: str) -> None:
    accepted: list[Accepted] = []

    def fresh() -> Callable[[], object]:
        accepted.append(accept(cloud.clock, wish, wish, webhooks=HOOK, merge_equal=True))
        [message] = receive()
        return lambda: work.process(message["body"], Context(), cloud.clock)

    expected = BatchStatus.COMPLETED if wish == "ok" else BatchStatus.FAILED
    for _ in every_crash(fresh(), fresh):
        recover(cloud.clock)
        ended_once(cloud, accepted[-1], expected, jobs=2)


def test_a_worker_of_a_serial_batch_may_die_at_any_call(cloud: Cloud) -> None:
    accepted: list[Accepted] = []

    def fresh() -> Callable[[], object]:
        work_off(cloud.clock)  # what was sent twice before
        accepted.append(accept(cloud.clock, "ok", "ok", webhooks=HOOK, parallel=False))
        [message] = receive()
        return lambda: work.process(message["body"], Context(), cloud.clock)

    for _ in every_crash(fresh(), fresh):
        recover(cloud.clock)
        recover(cloud.clock)
        ended_once(cloud, accepted[-1], BatchStatus.COMPLETED, jobs=2)


def test_a_worker_that_makes_a_child_batch_may_die_at_any_call(cloud: Cloud) -> None:
    """One child batch, however often its parent is tried."""
    accepted: list[Accepted] = []

    def fresh() -> Callable[[], object]:
        work_off(cloud.clock)
        accepted.append(accept(cloud.clock, "list", webhooks=HOOK))
        [message] = receive()
        return lambda: work.process(message["body"], Context(), cloud.clock)

    for _ in every_crash(fresh(), fresh):
        recover(cloud.clock)
        recover(cloud.clock)
        ended_once(cloud, accepted[-1], BatchStatus.COMPLETED)
        [job] = loaded(accepted[-1])[1]
        everything = listing.batches("acme", "audio_v1", limit=999, offset=0).items
        mine = [batch for batch in everything if batch.parent == job.id]
        assert job.outcome
        assert [batch.id for batch in mine] == [job.outcome["child"]]
        assert mine[0].status is BatchStatus.PARTIAL_FAILURE


def test_the_queue_alone_repairs_a_dead_worker(cloud: Cloud) -> None:
    """Without the watchdog: the same message, delivered again after its lease."""
    accepted: list[Accepted] = []
    bodies: list[str] = []

    def fresh() -> Callable[[], object]:
        accepted.append(accept(cloud.clock, "ok", webhooks=HOOK))
        [message] = receive()
        bodies.append(message["body"])
        return lambda: work.process(message["body"], Context(), cloud.clock)

    for _ in every_crash(fresh(), fresh):
        cloud.clock.forward(121)
        work.process(bodies[-1], Context(), cloud.clock)
        ended_once(cloud, accepted[-1], BatchStatus.COMPLETED)


def test_submitting_may_die_at_any_call(cloud: Cloud) -> None:
    """The client got no answer and sends its request again, with its Idempotency-Key."""
    keys = iter(range(1000))
    key = ""

    def fresh() -> Callable[[], object]:
        nonlocal key
        key = f"k{next(keys)}"
        return lambda: accept(cloud.clock, "ok", "ok", webhooks=HOOK, key=key)

    for _ in every_crash(fresh(), fresh):
        accepted = accept(cloud.clock, "ok", "ok", webhooks=HOOK, key=key)
        recover(cloud.clock)
        ended_once(cloud, accepted, BatchStatus.COMPLETED, jobs=2)


def test_submitting_what_takes_a_name_may_die_at_any_call(cloud: Cloud) -> None:
    """The repeat gets the name, and nobody after it."""
    keys = iter(range(1000))
    key = ""

    def fresh() -> Callable[[], object]:
        nonlocal key
        key = f"k{next(keys)}"
        return lambda: accept(cloud.clock, "ok", key=key, webhooks=HOOK, takes=(key,))

    for _ in every_crash(fresh(), fresh):
        accepted = accept(cloud.clock, "ok", key=key, webhooks=HOOK, takes=(key,))
        assert insertion.taker(key) == accepted.batch.token
        with pytest.raises(NamesTaken):
            accept(cloud.clock, "ok", takes=(key,))
        recover(cloud.clock)
        ended_once(cloud, accepted, BatchStatus.COMPLETED)


def test_submitting_what_a_quota_counts_may_die_at_any_call(cloud: Cloud) -> None:
    """The repeat finds it counted, or counts it: the last two videos are handed in whatever happens."""
    keys = iter(range(1000))
    options: dict[str, Any] = {}

    def fresh() -> Callable[[], object]:
        name = f"k{next(keys)}"
        options.update(key=name, account=name, guards=Quota(2, 2).counts(name, 2, cloud.clock.now))
        return lambda: accept(cloud.clock, "ok", "ok", webhooks=HOOK, **options)

    for _ in every_crash(fresh(), fresh):
        accepted = accept(cloud.clock, "ok", "ok", webhooks=HOOK, **options)
        for period in (quota.day(cloud.clock.now), quota.month(cloud.clock.now)):
            assert quota.used(options["account"], period) == 2
        recover(cloud.clock)
        ended_once(cloud, accepted, BatchStatus.COMPLETED, jobs=2)


def test_a_worker_that_charges_the_videos_of_a_list_may_die_at_any_call(cloud: Cloud) -> None:
    accounts = iter(range(1000))
    accepted: list[Accepted] = []
    plan = Quota(3, 3)

    def fresh() -> Callable[[], object]:
        work_off(cloud.clock)
        accepted.append(
            accept(cloud.clock, "list", webhooks=HOOK, account=f"a{next(accounts)}", limits=asdict(plan))
        )
        [message] = receive()
        return lambda: work.process(message["body"], Context(), cloud.clock)

    for _ in every_crash(fresh(), fresh):
        recover(cloud.clock)
        recover(cloud.clock)
        ended_once(cloud, accepted[-1], BatchStatus.COMPLETED)
        assert quota.used(accepted[-1].batch.account, quota.month(cloud.clock.now)) == 3


def none_waits_or_runs(account: str) -> None:
    key = items.values({"pk": f"R#{account}", "sk": "#"})
    found = aws.dynamodb().get_item(TableName=settings().batches_table, Key=key)
    assert "running" not in found["Item"]
    assert line.members(account) == set()


@pytest.mark.parametrize("wish", ["ok", "second-time"])
def test_a_worker_that_passes_its_turn_on_may_die_at_any_call(cloud: Cloud, wish: str) -> None:
    """Another job of the account waits in the line for it."""
    accepted: list[Accepted] = []
    names = iter(range(1000))

    def fresh() -> Callable[[], object]:
        work_off(cloud.clock)
        account = f"a{next(names)}"
        accepted.append(accept(cloud.clock, wish, "ok", webhooks=HOOK, account=account, concurrent=1))
        first, second = receive()
        assert slots.take(accepted[-1].jobs[0])
        work.process(second["body"], Context(), cloud.clock)
        assert line.members(account) == {accepted[-1].jobs[1].id}
        return lambda: work.process(first["body"], Context(), cloud.clock)

    for _ in every_crash(fresh(), fresh):
        recover(cloud.clock)
        recover(cloud.clock)
        ended_once(cloud, accepted[-1], BatchStatus.COMPLETED, jobs=2)
        none_waits_or_runs(accepted[-1].batch.account)


def test_a_worker_that_finds_no_turn_may_die_at_any_call(cloud: Cloud) -> None:
    """And its message is never delivered again."""
    accepted: list[Accepted] = []
    names = iter(range(1000))

    def fresh() -> Callable[[], object]:
        work_off(cloud.clock)
        accepted.append(
            accept(cloud.clock, "ok", "ok", webhooks=HOOK, account=f"a{next(names)}", concurrent=1)
        )
        _, second = receive()
        assert slots.take(accepted[-1].jobs[0])
        return lambda: work.process(second["body"], Context(), cloud.clock)

    for _ in every_crash(fresh(), fresh):
        recover(cloud.clock)
        recover(cloud.clock)
        ended_once(cloud, accepted[-1], BatchStatus.COMPLETED, jobs=2)
        none_waits_or_runs(accepted[-1].batch.account)


def test_the_watchdog_may_die_at_any_call_for_those_in_line(cloud: Cloud) -> None:
    accepted: list[Accepted] = []
    names = iter(range(1000))

    def fresh() -> Callable[[], object]:
        work_off(cloud.clock)
        accepted.append(
            accept(cloud.clock, "ok", "ok", webhooks=HOOK, account=f"a{next(names)}", concurrent=1)
        )
        _, second = receive()
        dead, waiting = accepted[-1].jobs
        assert slots.take(dead)
        store.claim(dead.token, 1, now=cloud.clock.now, lease_until=cloud.clock.now + 1000, after=0)
        work.process(second["body"], Context(), cloud.clock)
        assert line.members(waiting.account) == {waiting.id}
        cloud.clock.forward(90)
        return lambda: watchdog.sweep(cloud.clock)

    for _ in every_crash(fresh(), fresh):
        recover(cloud.clock)
        recover(cloud.clock)
        ended_once(cloud, accepted[-1], BatchStatus.COMPLETED, jobs=2)
        none_waits_or_runs(accepted[-1].batch.account)


def test_the_watchdog_may_die_at_any_call(cloud: Cloud) -> None:
    accepted: list[Accepted] = []

    def fresh() -> Callable[[], object]:
        accepted.append(accept(cloud.clock, "ok", "ok", webhooks=HOOK))
        receive()
        token = accepted[-1].batch.token
        store.claim(token, 1, now=cloud.clock.now, lease_until=cloud.clock.now + 1000)
        half = store.claim(token, 2, now=cloud.clock.now, lease_until=cloud.clock.now + 1000).job
        assert half
        store.complete(half, {}, now=cloud.clock.now)  # its worker died before counting
        cloud.clock.forward(90)
        return lambda: watchdog.sweep(cloud.clock)

    for _ in every_crash(fresh(), fresh):
        recover(cloud.clock)
        ended_once(cloud, accepted[-1], BatchStatus.COMPLETED, jobs=2)


def test_the_dead_letter_consumer_may_die_at_any_call(cloud: Cloud) -> None:
    accepted: list[Accepted] = []
    records: list[dict[str, str]] = []

    def fresh() -> Callable[[], object]:
        accepted.append(accept(cloud.clock, "ok", webhooks=HOOK))
        [message] = receive()
        records[:] = [{"messageId": "1", "body": message["body"]}]
        return lambda: dead_letters.handle({"Records": records}, cloud.clock)

    for _ in every_crash(fresh(), fresh):
        dead_letters.handle({"Records": records}, cloud.clock)
        ended_once(cloud, accepted[-1], BatchStatus.FAILED)


def test_aggregating_may_die_at_any_call(cloud: Cloud) -> None:
    """The state machine calls it again: same files, same event id, same deliveries."""

    def fresh() -> Callable[[], object]:
        accepted = accept(cloud.clock, "ok", "fail", webhooks=HOOK)
        work_off(cloud.clock)
        request.update(scope="batch", batch_id=accepted.batch.id)
        return lambda: finish.aggregate(request)

    request: dict[str, str] = {}
    for _ in every_crash(fresh(), fresh):
        answer = finish.aggregate(request)
        [delivery] = answer["deliveries"]
        assert delivery["subject"] == request["batch_id"]
        assert delivery["event_id"] == request["batch_id"].replace("batch_", "evt_") + "_0"


def test_a_job_status_is_never_left_half_way(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok")
    [message] = receive()
    with dying(3, "before-call"), pytest.raises(Died):
        work.process(message["body"], Context(), cloud.clock)
    assert loaded(accepted)[1][0].status is JobStatus.PROCESSING
    recover(cloud.clock)
    assert loaded(accepted)[1][0].status is JobStatus.COMPLETED
