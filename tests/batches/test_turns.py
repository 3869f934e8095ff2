"""An account's jobs above its number wait in line: none is lost, none overtakes, and nobody else waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.batches import dead_letters, finish, items, line, queues, slots, store, turns, watchdog, work
from chalicelib.batches.model import BatchStatus, Job, JobStatus, NewJob
from chalicelib.batches.submit import Accepted, Submission, submit
from chalicelib.settings import settings
from tests.batches import echo_kind
from tests.batches.aws_faults import hooked, refusing
from tests.batches.driver import Context, accept, loaded, receive, work_off
from tests.clock import FakeClock
from tests.conftest import Cloud

pytestmark = pytest.mark.usefixtures("engine")


def running(account: str = "acme") -> set[str]:
    key = items.values({"pk": f"R#{account}", "sk": "#"})
    item = aws.dynamodb().get_item(TableName=settings().batches_table, Key=key).get("Item", {})
    return set(item.get("running", {}).get("SS", []))


def process(message: dict[str, Any], clock: FakeClock) -> int | None:
    return work.process(message["body"], Context(), clock)


class Pool:
    """So many workers: while one's job runs, the others take messages. All in one thread."""

    def __init__(self, workers: int, clock: FakeClock) -> None:
        self._idle, self._clock = workers, clock
        self._messages: list[dict[str, Any]] = []
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.most: dict[str, int] = {}
        self._now: list[str] = []

    def work(self) -> None:
        while self._idle and (message := self._next()):
            self._idle -= 1
            process(message, self._clock)
            self._idle += 1

    def _next(self) -> dict[str, Any] | None:
        self._messages += receive()
        return self._messages.pop(0) if self._messages else None

    def run(self, job_id: str) -> None:
        account = job_of(job_id).account
        self.begun.append(job_id)
        self._now.append(account)
        self.most[account] = max(self.most.get(account, 0), self._now.count(account))
        self.work()
        self._now.remove(account)
        self.ended.append(job_id)


@pytest.fixture
def pool(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Pool]:
    def made(workers: int) -> Pool:
        pool = Pool(workers, cloud.clock)
        monkeypatch.setattr(echo_kind, "meanwhile", pool.run)
        return pool

    return made


def job_of(job_id: str) -> Job:
    job = store.get_job(job_id[4:17], int(job_id[17:], 16))
    assert job
    return job


def ids_of(accepted: Accepted) -> list[str]:
    return [job.id for job in accepted.jobs]


def test_no_more_run_than_may(cloud: Cloud, pool: Callable[[int], Pool]) -> None:
    workers = pool(6)
    accepted = accept(cloud.clock, *["ok"] * 20, concurrent=3)
    workers.work()
    assert workers.most == {"acme": 3}
    assert loaded(accepted)[0].status is BatchStatus.COMPLETED
    assert len(echo_kind.runs) == 20
    assert running() == set()
    assert line.members("acme") == set()


def test_they_run_in_the_order_they_were_accepted(cloud: Cloud, pool: Callable[[int], Pool]) -> None:
    workers = pool(4)
    first = accept(cloud.clock, *["ok"] * 5, concurrent=1)
    cloud.clock.forward(1)
    second = accept(cloud.clock, *["ok"] * 5, concurrent=1)
    workers.work()
    assert workers.begun == ids_of(first) + ids_of(second)


def test_the_higher_priority_goes_first(
    cloud: Cloud, pool: Callable[[int], Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    for priority in ("LOW", "HIGH"):
        monkeypatch.setenv(f"BATCHREEL_QUEUE_URL_ECHO_{priority}", settings().queues["echo-normal"])
    settings.cache_clear()
    jobs = [NewJob({"do": "ok"}, priority) for priority in ("normal", "low", "normal", "high")]
    accepted = submit(Submission("acme", "echo", "audio_v1", jobs, concurrent=1), cloud.clock)
    workers = pool(4)
    workers.work()
    first, low, normal, high = ids_of(accepted)
    assert workers.begun == [first, high, normal, low]


def test_a_noisy_account_does_not_delay_a_quiet_one(cloud: Cloud, pool: Callable[[int], Pool]) -> None:
    """Of four workers it holds two, whatever it has sent; without its number it would hold all four."""
    accept(cloud.clock, *["ok"] * 39, concurrent=2, account="noisy")
    [quiet] = ids_of(accept(cloud.clock, "ok", account="quiet", concurrent=2))
    workers = pool(4)
    workers.work()
    assert workers.most["noisy"] == 2
    assert workers.begun.index(quiet) <= 2
    assert workers.ended[0] == quiet


def test_an_account_without_a_number_waits_for_nothing(cloud: Cloud, pool: Callable[[int], Pool]) -> None:
    accept(cloud.clock, *["ok"] * 8)
    workers = pool(4)
    workers.work()
    assert workers.most == {"acme": 4}
    assert running() == set()


def test_who_waits_in_line_has_no_message_and_uses_up_no_receive(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", concurrent=1)
    assert slots.take(accepted.jobs[0])
    messages = receive()
    assert process(messages[1], cloud.clock) is None
    assert process(messages[1], cloud.clock) is None  # the same again: in line once
    assert line.members("acme") == {accepted.jobs[1].id}
    assert receive() == []
    assert process(messages[0], cloud.clock) is None
    assert work_off(cloud.clock) == [None]
    assert loaded(accepted)[0].status is BatchStatus.COMPLETED
    assert loaded(accepted)[1][1].attempt == 1


def test_a_slot_that_is_freed_while_one_joins_the_line_is_not_missed(cloud: Cloud) -> None:
    """The last job ends after the other found no slot, and before that one stands in the line."""
    accepted = accept(cloud.clock, "ok", "ok", concurrent=1)
    first, second = receive()
    job = accepted.jobs[0]
    assert slots.take(job)
    waiting = ["end"]

    def end(**_: Any) -> None:
        if waiting:
            waiting.pop()
            process(first, cloud.clock)

    with hooked("before-call.dynamodb.PutItem", end):
        process(second, cloud.clock)
    assert work_off(cloud.clock) == [None]
    assert loaded(accepted)[0].status is BatchStatus.COMPLETED


def test_who_comes_later_overtakes_nobody_who_was_called(cloud: Cloud) -> None:
    """The slot is kept for the one whose message is on its way."""
    accepted = accept(cloud.clock, "ok", "ok", "ok", concurrent=1)
    first, second, third = receive()
    assert slots.take(accepted.jobs[0])
    process(second, cloud.clock)
    process(first, cloud.clock)  # ends, and calls the second
    [called] = receive()
    process(third, cloud.clock)
    assert echo_kind.runs == [accepted.jobs[0].id]
    process(called, cloud.clock)
    assert echo_kind.runs[1:] == [accepted.jobs[1].id]
    work_off(cloud.clock)
    assert echo_kind.runs == ids_of(accepted)


@pytest.mark.parametrize(("wish", "pause"), [("second-time", 30), ("wait", None)])
def test_a_job_that_waits_for_its_next_attempt_has_no_slot(
    cloud: Cloud, wish: str, pause: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATCHREEL_RETRY_SECONDS", "30")
    settings.cache_clear()
    accepted = accept(cloud.clock, wish, "ok", concurrent=1)
    first, second = receive()
    assert process(first, cloud.clock) == pause
    assert running() == set()
    assert process(second, cloud.clock) is None
    assert loaded(accepted)[1][1].status is JobStatus.COMPLETED


def test_it_goes_before_those_that_were_accepted_later(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "second-time", "ok", "ok", concurrent=1)
    again, second, third = receive()
    process(again, cloud.clock)
    assert slots.take(accepted.jobs[1])
    process(third, cloud.clock)
    process(again, cloud.clock)
    process(second, cloud.clock)
    [called] = receive()
    assert queues.address(called["body"]) == (accepted.batch.token, 1)


def test_a_dead_workers_slot_goes_to_the_same_job_or_is_freed(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", concurrent=1)
    dead, _ = loaded(accepted)[1]
    [first, second] = receive()
    assert slots.take(dead)
    assert store.claim(dead.token, 1, now=cloud.clock.now, lease_until=cloud.clock.now + 1000, after=0).won
    process(second, cloud.clock)
    cloud.clock.forward(61)
    process(first, cloud.clock)  # delivered again: its own slot passes on with it
    assert job_of(dead.id).attempt == 2
    work_off(cloud.clock)
    assert loaded(accepted)[0].status is BatchStatus.COMPLETED
    assert running() == set()


def test_the_watchdog_frees_a_dead_workers_slot(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", concurrent=1)
    dead, _ = loaded(accepted)[1]
    assert slots.take(dead)
    assert store.claim(dead.token, 1, now=cloud.clock.now, lease_until=cloud.clock.now + 1000, after=0).won
    [_, second] = receive()
    process(second, cloud.clock)
    cloud.clock.forward(61)
    watchdog.sweep(cloud.clock)
    for _ in range(2):
        work_off(cloud.clock)
    assert loaded(accepted)[0].status is BatchStatus.COMPLETED
    assert running() == set()


def test_a_worker_that_was_overtaken_frees_no_slot_but_its_own(cloud: Cloud) -> None:
    [job] = accept(cloud.clock, "ok", concurrent=1).jobs
    assert slots.take(job)
    now = cloud.clock.now
    slow = store.claim(job.token, 1, now=now, lease_until=now + 1000, after=0).job
    cloud.clock.forward(2)
    late = job_of(job.id)
    assert slots.take(late)
    fast = store.claim(job.token, 1, now=cloud.clock.now, lease_until=now + 99_000, after=1).job
    assert slow
    assert fast
    turns.over(slow)
    assert running() == {f"{job.id}.2"}
    turns.over(fast)
    assert running() == set()


def test_a_message_that_comes_twice_takes_one_slot_and_leaves_none(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", concurrent=2)
    first, _ = receive()
    inner: list[set[str]] = []

    def again(_: str) -> None:
        process(first, cloud.clock)
        inner.append(running())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(echo_kind, "meanwhile", again)
        process(first, cloud.clock)
    process(first, cloud.clock)
    assert inner == [{f"{accepted.jobs[0].id}.1"}]
    assert echo_kind.runs == [accepted.jobs[0].id]
    assert running() == set()


def test_a_message_read_before_the_job_ended_leaves_no_slot(cloud: Cloud) -> None:
    """Two have the same message; one runs the job to its end between the other's look and its claim."""
    [job] = accept(cloud.clock, "ok", concurrent=1).jobs
    [message] = receive()
    waiting = ["overtaken"]

    def overtake(params: dict[str, Any], **_: Any) -> None:
        if waiting and "L#" not in str(params):
            waiting.pop()
            process(message, cloud.clock)

    with hooked("before-call.dynamodb.UpdateItem", overtake):
        assert process(message, cloud.clock) is None
    assert echo_kind.runs == [job.id]
    assert running() == set()


def test_a_message_overtaken_by_a_whole_attempt_comes_back(cloud: Cloud) -> None:
    [job] = accept(cloud.clock, "second-time", concurrent=1).jobs
    [message] = receive()
    waiting = ["overtaken"]

    def overtake(**_: Any) -> None:
        if waiting:
            waiting.pop()
            process(message, cloud.clock)

    with hooked("before-call.dynamodb.UpdateItem", overtake):
        assert process(message, cloud.clock) == settings().retry_seconds
    assert running() == set()
    assert process(message, cloud.clock) is None
    assert job_of(job.id).status is JobStatus.COMPLETED


@pytest.mark.parametrize("gone", ["cancelled", "deleted"])
def test_what_ended_in_the_line_is_passed_over(cloud: Cloud, gone: str) -> None:
    accepted = accept(cloud.clock, "ok", "ok", "ok", concurrent=1)
    first, second, third = receive()
    assert slots.take(accepted.jobs[0])
    process(second, cloud.clock)
    process(third, cloud.clock)
    if gone == "deleted":
        key = items.key(accepted.batch.token, 2)
        aws.dynamodb().delete_item(TableName=settings().batches_table, Key=key)
    else:
        assert store._end(accepted.jobs[1], JobStatus.CANCELLED, cloud.clock.now, {}).won
    process(first, cloud.clock)
    work_off(cloud.clock)
    assert echo_kind.runs == [accepted.jobs[0].id, accepted.jobs[2].id]
    assert line.members("acme") == set()


def test_a_job_that_is_cancelled_leaves_the_line_and_gives_its_turn_away(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", "ok", concurrent=1)
    first, second, third = receive()
    assert slots.take(accepted.jobs[0])
    process(second, cloud.clock)
    process(third, cloud.clock)
    process(first, cloud.clock)  # calls the second, and keeps a slot for it
    finish.settle(store._end(accepted.jobs[1], JobStatus.CANCELLED, cloud.clock.now, {}).job, cloud.clock)
    assert running() == {f"{accepted.jobs[2].id}.1"}
    work_off(cloud.clock)
    assert echo_kind.runs == [accepted.jobs[0].id, accepted.jobs[2].id]
    assert loaded(accepted)[0].complete


def test_a_job_that_is_given_up_gives_its_turn_away(cloud: Cloud) -> None:
    """Its message was received too often after it was called."""
    accepted = accept(cloud.clock, "ok", "ok", concurrent=1)
    poison, second = receive()
    assert slots.take(accepted.jobs[0])
    process(second, cloud.clock)
    cloud.clock.forward(1)
    dead_letters.handle({"Records": [{"messageId": "1", "body": poison["body"]}]}, cloud.clock)
    work_off(cloud.clock)
    assert echo_kind.runs == [accepted.jobs[1].id]
    assert running() == set()


def test_one_that_cannot_be_sent_stays_at_the_head_until_the_watchdog_sends_it(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", "ok", concurrent=1)
    first, second, third = receive()
    assert slots.take(accepted.jobs[0])
    process(second, cloud.clock)
    process(third, cloud.clock)
    with refusing("sqs", "SendMessageBatch"):
        process(first, cloud.clock)
    assert len(line.members("acme")) == 2
    cloud.clock.forward(61)
    watchdog.sweep(cloud.clock)
    assert work_off(cloud.clock) == [None]
    assert echo_kind.runs == ids_of(accepted)[:2]


def test_a_long_line_is_not_sent_over_and_over(cloud: Cloud) -> None:
    """Whoever waits a day has no copies of its message; who runs keeps its lease meanwhile."""
    accepted = accept(cloud.clock, *["ok"] * 12, concurrent=1)
    job = accepted.jobs[0]
    assert slots.take(job)
    day = cloud.clock.now + 25 * 3600_000
    assert store.claim(job.token, 1, now=cloud.clock.now, lease_until=day, after=0).won
    work_off(cloud.clock)
    assert len(line.members("acme")) == 11
    for _ in range(24):
        cloud.clock.forward(3600)
        watchdog.sweep(cloud.clock)
        assert receive() == []


def test_the_videos_of_a_list_stand_in_the_same_line(cloud: Cloud, pool: Callable[[int], Pool]) -> None:
    accept(cloud.clock, "list", "list", concurrent=1)
    workers = pool(4)
    workers.work()
    assert workers.most == {"acme": 1}
    assert len(workers.ended) == 6  # of each list's three videos two are the same
    assert running() == set()


def test_a_serial_batch_goes_on(cloud: Cloud, pool: Callable[[int], Pool]) -> None:
    serial = accept(cloud.clock, "ok", "ok", "ok", parallel=False, concurrent=1)
    other = accept(cloud.clock, "ok", "ok", concurrent=1)
    workers = pool(4)
    workers.work()
    assert workers.most == {"acme": 1}
    for accepted in (serial, other):
        assert loaded(accepted)[0].status is BatchStatus.COMPLETED


def test_a_plan_that_changes_holds_for_what_is_accepted_from_then_on(
    cloud: Cloud, pool: Callable[[int], Pool]
) -> None:
    accept(cloud.clock, *["ok"] * 4, concurrent=1)
    accept(cloud.clock, *["ok"] * 4, concurrent=3)
    workers = pool(8)
    workers.work()
    assert workers.most["acme"] <= 3
    assert len(workers.ended) == 8
