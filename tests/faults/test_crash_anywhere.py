"""A process may die before or after any of its AWS calls. Whatever line it was, nothing is lost and nothing
happens twice to the outside.

The crash is an exception no `except Exception` can hold, raised at the SDK's own event hooks; what comes
after is what comes after in the cloud: leases run out, the watchdog looks, the message is delivered again.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.batches import (
    dead_letters,
    finish,
    store,
    watchdog,
    work,
)
from chalicelib.batches.model import BatchStatus, JobStatus
from chalicelib.batches.submit import Accepted
from tests.batches.conftest import engine
from tests.batches.driver import Context, accept, loaded, receive, recover, work_off
from tests.conftest import Cloud
from tests.faults.crashes import HOOK, Died, dying, ended_once, every_crash

__all__ = ["engine"]
pytestmark = pytest.mark.usefixtures("engine")


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
