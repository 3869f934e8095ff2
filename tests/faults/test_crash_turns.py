"""Whoever passes a turn on, or finds none, may die at any AWS call: nobody waits in vain, no slot is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib import aws
from chalicelib.batches import (
    items,
    line,
    slots,
    store,
    watchdog,
    work,
)
from chalicelib.batches.model import BatchStatus
from chalicelib.batches.submit import Accepted
from chalicelib.settings import settings
from tests.batches.conftest import engine
from tests.batches.driver import Context, accept, receive, recover, work_off
from tests.conftest import Cloud
from tests.faults.crashes import HOOK, ended_once, every_crash

__all__ = ["engine"]
pytestmark = pytest.mark.usefixtures("engine")


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
