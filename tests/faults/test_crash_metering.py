"""A process may die before or after any AWS call of an aggregation or a deletion: what the batch has used is
counted once in the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.batches import deletion, finish, metering, store, watchdog
from chalicelib.batches.submit import Accepted
from chalicelib.usage import days
from chalicelib.usage.amounts import Amounts
from tests.batches.conftest import engine
from tests.batches.driver import accept, loaded, work_off
from tests.conftest import Cloud
from tests.faults.crashes import every_crash

__all__ = ["engine"]
pytestmark = pytest.mark.usefixtures("engine")


def booked(key_id: str, cloud: Cloud) -> Amounts:
    day = days.day_of(cloud.clock.now)
    rows = days.read("acme", day - timedelta(1), day)
    return sum((row.amounts for row in rows if row.key_id == key_id), start=Amounts())


def test_aggregating_may_die_at_any_call(cloud: Cloud) -> None:
    accepted: list[Accepted] = []

    def fresh() -> Callable[[], object]:
        accepted.append(accept(cloud.clock, "ok", "fail", key_id=f"key-{len(accepted)}"))
        work_off(cloud.clock)
        return lambda: finish.aggregate({"batch_id": accepted[-1].batch.id})

    for _ in every_crash(fresh(), fresh):
        finish.aggregate({"batch_id": accepted[-1].batch.id})
        batch, jobs = loaded(accepted[-1])
        assert booked(batch.key_id or "", cloud) == metering.of_batch(jobs)
        assert Amounts.from_json(batch.usage or {}) == metering.of_batch(jobs)


def test_deleting_what_was_not_counted_may_die_at_any_call(cloud: Cloud) -> None:
    expected: list[Amounts] = []
    doomed: list[Accepted] = []

    def fresh() -> Callable[[], object]:
        doomed.append(accept(cloud.clock, "list", key_id=f"key-{len(doomed)}"))
        work_off(cloud.clock)
        work_off(cloud.clock)
        parent, jobs = loaded(doomed[-1])
        child = store.load(jobs[0].child or "")
        assert child
        expected.append(metering.of_batch(jobs) + metering.of_batch(child[1]))
        return lambda: deletion.delete(parent, jobs, cloud.clock)

    for _ in every_crash(fresh(), fresh):
        if seen := store.load(doomed[-1].batch.token):
            assert deletion.delete(*seen, cloud.clock)
        cloud.clock.forward(61)
        watchdog.sweep(cloud.clock)
        assert booked(f"key-{len(doomed) - 1}", cloud) == expected[-1]
