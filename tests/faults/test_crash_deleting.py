"""A process may die before or after any AWS call of a deletion. Nobody sees the batch from the first write
on, and nothing of it is left in the end, whoever carries on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.batches import deletion, finish, objects, store, watchdog
from chalicelib.batches.model import Batch, Job
from tests.batches import echo_kind
from tests.batches.aws_faults import refusing
from tests.batches.conftest import engine
from tests.batches.driver import accept, loaded, open_batches, work_off
from tests.batches.stored import keys, log_delivery, put, rows, to_be_looked_at
from tests.conftest import Cloud
from tests.faults.crashes import every_crash

__all__ = ["engine"]
pytestmark = pytest.mark.usefixtures("engine")


def family(cloud: Cloud) -> tuple[Batch, list[Job]]:
    """An ended batch of a plain job and one that has asked for a batch, with files of all sorts."""
    work_off(cloud.clock)
    accepted = accept(cloud.clock, "ok", "list")
    work_off(cloud.clock)
    work_off(cloud.clock)
    finish.aggregate({"batch_id": accepted.batch.id})
    batch, jobs = loaded(accepted)
    child = store.load(jobs[1].child or "")
    assert child
    assert child[0].ended_at
    for job in (*jobs, *child[1]):
        put(f"{objects.of_job(job)}1/audio.mp3")
        put(echo_kind.sent(job.id))
    log_delivery(batch, cloud.clock.now)
    return batch, jobs


def nothing_is_left(tokens: list[str]) -> None:
    for token in tokens:
        assert keys(token) == []
        [stone] = rows(token)
        assert stone["deleted_at"]
    assert not set(to_be_looked_at()) & set(tokens)


def tokens_of(batch: Batch, jobs: list[Job]) -> list[str]:
    return [batch.token, jobs[1].child or ""]


def test_deleting_may_die_at_any_call(cloud: Cloud) -> None:
    """The client, who got no answer, asks again if the batch is still there; else the watchdog carries on."""
    doomed: list[tuple[Batch, list[Job]]] = []

    def fresh() -> Callable[[], object]:
        doomed.append(family(cloud))
        return lambda: deletion.delete(*doomed[-1], cloud.clock)

    other = family(cloud)
    there: list[Any] = [keys(token) + rows(token) for token in tokens_of(*other)]
    for _ in every_crash(fresh(), fresh):
        batch, jobs = doomed[-1]
        if seen := store.load(batch.token):
            assert len(seen[1]) == 2  # nothing goes before all of it is out of sight
            assert deletion.delete(*seen, cloud.clock)
        cloud.clock.forward(61)
        watchdog.sweep(cloud.clock)
        assert [rows(token)[0]["sk"] for token in tokens_of(batch, jobs)] == ["#", "#"]
        assert [keys(token) for token in tokens_of(batch, jobs)] == [[], []]
        cloud.clock.forward(3600)
        watchdog.sweep(cloud.clock)
        nothing_is_left(tokens_of(batch, jobs))
    assert [keys(token) + rows(token) for token in tokens_of(*other)] == there
    assert open_batches(cloud.clock) == []


def test_the_watchdog_may_die_deleting_at_any_call(cloud: Cloud) -> None:
    doomed: list[tuple[Batch, list[Job]]] = []

    def fresh() -> Callable[[], object]:
        doomed.append(family(cloud))
        with refusing("dynamodb", "Query"):
            assert deletion.delete(*doomed[-1], cloud.clock)
        cloud.clock.forward(61)
        return lambda: watchdog.sweep(cloud.clock)

    for _ in every_crash(fresh(), fresh):
        for seconds in (61, 3600):
            cloud.clock.forward(seconds)
            watchdog.sweep(cloud.clock)
        nothing_is_left(tokens_of(*doomed[-1]))
