"""A worker that reads a playlist may die at any AWS call: its videos become one batch, and count once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import pytest

from chalicelib.accounts import quota
from chalicelib.accounts.quota import Quota
from chalicelib.batches import (
    listing,
    work,
)
from chalicelib.batches.model import BatchStatus
from chalicelib.batches.submit import Accepted
from tests.batches.conftest import engine
from tests.batches.driver import Context, accept, loaded, receive, recover, work_off
from tests.conftest import Cloud
from tests.faults.crashes import HOOK, ended_once, every_crash

__all__ = ["engine"]
pytestmark = pytest.mark.usefixtures("engine")


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
