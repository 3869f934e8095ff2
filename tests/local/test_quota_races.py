"""Many who hand in work at once, against tables that are exact under threads: a quota is used up, never
overdrawn."""

from __future__ import annotations

from collections import Counter

import pytest

from chalicelib.accounts import quota
from chalicelib.accounts.quota import Quota
from chalicelib.batches.model import NewJob
from chalicelib.batches.submit import Submission, submit
from chalicelib.errors import QuotaExceeded, RequestInProgress
from tests.local.test_races import in_parallel

pytestmark = pytest.mark.usefixtures("tables")
NOW = 1_800_000_000_000


def accepted(account: str, plan: Quota, videos: int, key: str | None = None) -> int:
    """How many of the videos are."""
    new = Submission(
        account=account,
        kind="audio",
        face="audio_v1",
        jobs=[NewJob({"n": n}) for n in range(videos)],
        guards=plan.counts(account, videos, NOW),
        idempotency=(key, "/") if key else None,
    )
    try:
        return 0 if submit(new, lambda: NOW).replayed else videos
    except QuotaExceeded:
        return 0


def used(account: str) -> tuple[int, int]:
    return quota.used(account, quota.day(NOW)), quota.used(account, quota.month(NOW))


@pytest.mark.parametrize("plan", [Quota(20, 100), Quota(100, 20)], ids=["day", "month"])
def test_of_fifty_at_once_as_many_succeed_as_there_is_room_for(plan: Quota) -> None:
    account = f"race-{plan.per_day}-{plan.per_month}"
    assert Counter(in_parallel(50, lambda _: accepted(account, plan, 1))) == {1: 20, 0: 30}
    assert used(account) == (20, 20)


def test_batches_of_every_size_never_overdraw_it() -> None:
    done = in_parallel(50, lambda number: accepted("sizes", Quota(101, 333), 1 + number % 9))
    assert used("sizes") == (sum(done), sum(done))
    assert sum(done) <= 101
    assert accepted("sizes", Quota(101, 333), 102 - sum(done)) == 0


def test_without_a_limit_none_is_lost() -> None:
    assert sum(in_parallel(50, lambda _: accepted("free", Quota(None, None, "k1"), 2))) == 100
    assert used("free") == (100, 100)


def test_one_request_sent_by_fifty_is_counted_once() -> None:
    def work(_: int) -> int:
        try:
            return accepted("same", Quota(2, 2), 2, key="k1")
        except RequestInProgress:
            return 0

    assert sum(in_parallel(50, work)) == 2
    assert used("same") == (2, 2)
