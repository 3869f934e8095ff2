"""Whoever accepts a batch may die at any AWS call: it is accepted whole by a repeat, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.accounts import quota
from chalicelib.accounts.quota import Quota
from chalicelib.batches import insertion
from chalicelib.batches.model import BatchStatus
from chalicelib.batches.repeats import IDEMPOTENCY_MS
from chalicelib.errors import NamesTaken
from tests.batches.conftest import engine
from tests.batches.driver import accept, executions, recover
from tests.conftest import Cloud
from tests.faults.crashes import HOOK, ended_once, every_crash

__all__ = ["engine"]
pytestmark = pytest.mark.usefixtures("engine")


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


def test_submitting_may_die_before_midnight_and_be_repeated_after_it(cloud: Cloud) -> None:
    keys = iter(range(1000))
    key = ""

    def fresh() -> Callable[[], object]:
        nonlocal key
        key = f"k{next(keys)}"
        cloud.clock.now = (cloud.clock.now // IDEMPOTENCY_MS + 1) * IDEMPOTENCY_MS - 1
        return lambda: accept(cloud.clock, "ok", "ok", webhooks=HOOK, key=key)

    for _ in every_crash(fresh(), fresh):
        cloud.clock.forward(1)
        accepted = accept(cloud.clock, "ok", "ok", webhooks=HOOK, key=key)
        recover(cloud.clock)
        ended_once(cloud, accepted, BatchStatus.COMPLETED, jobs=2)
        assert len(executions()) == 3 * (int(key[1:]) + 1), "one batch for each key"


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
