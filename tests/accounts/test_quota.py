"""A quota counts what is accepted, each thing once, and ends with its day or month."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.accounts import quota
from chalicelib.accounts.quota import Quota
from chalicelib.batches import insertion, store
from chalicelib.batches.model import JobStatus
from chalicelib.batches.submit import Accepted, submit
from chalicelib.errors import AccountBusy, IdempotencyConflict, QuotaExceeded
from chalicelib.settings import settings
from tests.batches.aws_faults import hooked, refusing
from tests.batches.conftest import engine
from tests.batches.driver import loaded, receive, submission, work_off
from tests.clock import FakeClock
from tests.conftest import Cloud

__all__ = ["engine"]
pytestmark = pytest.mark.usefixtures("engine")
BEFORE_MIDNIGHT = int(datetime(2027, 1, 31, 23, 59, 30, tzinfo=UTC).timestamp()) * 1000


def accept(clock: FakeClock, plan: Quota, *wishes: str, **options: Any) -> Accepted:
    guards = plan.counts("acme", len(wishes), clock.now)
    return submit(submission(*wishes, guards=guards, limits=asdict(plan), **options), clock)


def used(clock: FakeClock) -> tuple[int, int]:
    return quota.used("acme", quota.day(clock.now)), quota.used("acme", quota.month(clock.now))


def row(period: quota.Period) -> dict[str, Any]:
    key = {"pk": {"S": "A#acme"}, "sk": {"S": period.sort_key}}
    return dict(aws.dynamodb().get_item(TableName=settings().accounts_table, Key=key)["Item"])


def left_behind() -> int:
    """Items of the batches table."""
    return len(aws.dynamodb().scan(TableName=settings().batches_table)["Items"])


def test_every_item_counts_equal_ones_too(cloud: Cloud) -> None:
    plan = Quota(per_day=5, per_month=9)
    accept(cloud.clock, plan, "ok", "ok", merge_equal=True)
    accept(cloud.clock, plan, "ok", "fail", "ok")
    assert used(cloud.clock) == (5, 5)
    work_off(cloud.clock)  # what has failed was worked on, too
    assert used(cloud.clock) == (5, 5)


def test_without_a_limit_it_is_counted(cloud: Cloud) -> None:
    accept(cloud.clock, Quota(None, None), *["ok"] * 7)
    assert used(cloud.clock) == (7, 7)


def test_what_a_key_has_handed_in_is_told_apart(cloud: Cloud) -> None:
    for key_id, wishes in (("k1", ["ok"]), ("k2", ["ok", "ok"]), (None, ["ok"])):
        accept(cloud.clock, Quota(None, 10, key_id), *wishes)
    for period in (quota.day(cloud.clock.now), quota.month(cloud.clock.now)):
        found = {name: value["N"] for name, value in row(period).items() if name[:1] in "kv"}
        assert found == {"videos": "4", "k#k1": "1", "k#k2": "2"}


def test_the_last_video_fits_and_the_next_does_not(cloud: Cloud) -> None:
    plan = Quota(per_day=3, per_month=10)
    accept(cloud.clock, plan, "ok", "ok")
    with pytest.raises(QuotaExceeded):
        accept(cloud.clock, plan, "ok", "ok")
    accept(cloud.clock, plan, "ok")
    assert used(cloud.clock) == (3, 3)


def test_it_says_which_quota_how_much_and_until_when(cloud: Cloud) -> None:
    cloud.clock.now = BEFORE_MIDNIGHT - 3600_000
    accept(cloud.clock, Quota(2, 10), "ok")
    with pytest.raises(QuotaExceeded) as refused:
        accept(cloud.clock, Quota(2, 10), "ok", "ok")
    assert (refused.value.status, refused.value.retry_after) == (429, 3630)
    assert refused.value.message == (
        "The plan has 2 videos a day: 1 are used, 2 more were sent. "
        "The next day begins at 2027-02-01T00:00:00Z"
    )


def test_of_two_that_are_used_up_the_month_is_told(cloud: Cloud) -> None:
    with pytest.raises(QuotaExceeded, match="The plan has 1 videos a month"):
        accept(cloud.clock, Quota(1, 1), "ok", "ok")


def test_a_new_day_and_a_new_month_start_at_nothing(cloud: Cloud) -> None:
    cloud.clock.now = BEFORE_MIDNIGHT - 24 * 3600_000
    plan = Quota(per_day=1, per_month=2)
    accept(cloud.clock, plan, "ok")
    with pytest.raises(QuotaExceeded, match="a day"):
        accept(cloud.clock, plan, "ok")
    cloud.clock.forward(24 * 3600)
    accept(cloud.clock, plan, "ok")
    with pytest.raises(QuotaExceeded, match="a month"):
        accept(cloud.clock, plan, "ok")
    cloud.clock.forward(30)
    accept(cloud.clock, plan, "ok")
    assert used(cloud.clock) == (1, 1)


@pytest.mark.parametrize(
    ("now", "ends"),
    [((2028, 2, 28), (2028, 2, 29)), ((2028, 2, 29), (2028, 3, 1)), ((2027, 12, 31), (2028, 1, 1))],
)
def test_days_and_months_are_the_calendars(now: tuple[int, int, int], ends: tuple[int, int, int]) -> None:
    noon, midnight = (datetime(*now, 12, tzinfo=UTC), datetime(*ends, tzinfo=UTC))
    found = quota.day(int(noon.timestamp() * 1000))
    assert (found.sort_key, found.ends) == (f"V#d#{noon:%Y%m%d}", midnight.timestamp() * 1000)
    found = quota.month(int(noon.timestamp() * 1000))
    following = datetime(now[0] + now[1] // 12, now[1] % 12 + 1, 1, tzinfo=UTC)
    assert (found.sort_key, found.ends) == (f"V#m#{noon:%Y%m}", following.timestamp() * 1000)


def test_counts_are_kept_for_the_bill_and_no_longer(cloud: Cloud) -> None:
    accept(cloud.clock, Quota(1, 1), "ok")
    for period in (quota.day(cloud.clock.now), quota.month(cloud.clock.now)):
        assert int(row(period)["ttl"]["N"]) == period.ends // 1000 + 400 * 86400


def test_a_repeat_with_its_key_costs_nothing_and_is_refused_nothing(cloud: Cloud) -> None:
    plan = Quota(per_day=2, per_month=2)
    first = accept(cloud.clock, plan, "ok", "ok", key="k1")
    again = accept(cloud.clock, plan, "ok", "ok", key="k1")
    assert (again.replayed, again.batch.id) == (True, first.batch.id)
    assert used(cloud.clock) == (2, 2)


def test_a_refused_batch_writes_nothing(cloud: Cloud) -> None:
    accept(cloud.clock, Quota(150, None), "ok")
    before = left_behind()
    writes: list[str] = []
    with hooked("before-call.dynamodb", lambda model, **_: writes.append(model.name)):
        for wishes in (150, 151):
            with pytest.raises(QuotaExceeded):
                accept(cloud.clock, Quota(150, None), *["ok"] * wishes)
    assert set(writes) == {"GetItem"}
    assert left_behind() == before
    assert used(cloud.clock) == (1, 1)


def overtaken(clock: FakeClock, plan: Quota) -> Any:
    """Another request is accepted between this one's look at the quota and its first write."""
    waiting = ["rival"]

    def overtake(**_: Any) -> None:
        if waiting:
            waiting.pop()
            accept(clock, plan, "ok")

    return hooked("before-call.dynamodb.TransactWriteItems", overtake)


def test_the_transaction_decides_and_what_was_written_is_removed(cloud: Cloud) -> None:
    plan = Quota(per_day=150, per_month=None)
    with overtaken(cloud.clock, plan), pytest.raises(QuotaExceeded, match="1 are used, 150 more"):
        accept(cloud.clock, plan, *["ok"] * 150)
    assert used(cloud.clock) == (1, 1)
    assert left_behind() == 2  # of the rival


def test_what_cannot_be_removed_now_is_dropped_later(cloud: Cloud) -> None:
    plan = Quota(per_day=150, per_month=None)
    with (
        overtaken(cloud.clock, plan),
        refusing("dynamodb", "BatchWriteItem"),
        pytest.raises(QuotaExceeded),
    ):
        accept(cloud.clock, plan, *["ok"] * 150)
    rows = aws.dynamodb().scan(TableName=settings().batches_table)["Items"]
    assert len(rows) > 50
    assert all(int(each["ttl"]["N"]) > cloud.clock.now // 1000 for each in rows)
    assert len(receive()) == 1


def test_a_refused_request_with_a_key_may_come_again(cloud: Cloud) -> None:
    """Its items stay, as another with the same key may be about to go on with them."""
    plan = Quota(per_day=150, per_month=None)
    with overtaken(cloud.clock, plan), pytest.raises(QuotaExceeded):
        accept(cloud.clock, plan, *["ok"] * 150, key="k1")
    better = Quota(per_day=151, per_month=None)
    with pytest.raises(IdempotencyConflict):
        accept(cloud.clock, better, *["fail"] * 150, key="k1")
    again = accept(cloud.clock, better, *["ok"] * 150, key="k1")
    assert len(loaded(again)[1]) == 150
    assert used(cloud.clock) == (151, 151)


def test_the_same_request_twice_at_once_is_counted_once(cloud: Cloud) -> None:
    """The second finds the batch taken and the quota used up, and is answered as the first."""
    plan, waiting = Quota(per_day=1, per_month=1), ["first"]
    winners: list[Accepted] = []

    def overtake(**_: Any) -> None:
        if waiting:
            waiting.pop()
            winners.append(accept(cloud.clock, plan, "ok", key="k1"))

    with hooked("before-call.dynamodb.TransactWriteItems", overtake):
        second = accept(cloud.clock, plan, "ok", key="k1")
    assert (second.replayed, second.batch.id) == (True, winners[0].batch.id)
    assert used(cloud.clock) == (1, 1)


def conflicts(times: int, place: int) -> Any:
    """DynamoDB refuses so many transactions for another one on the item at that place."""
    left = [None] * times

    def refuse(params: dict[str, Any], **_: Any) -> None:
        if left:
            left.pop()
            reasons = [{"Code": "None"}] * 4
            reasons[place] = {"Code": "TransactionConflict"}
            error = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise ClientError(error, "TransactWriteItems")  # type: ignore[arg-type]

    return hooked("before-call.dynamodb.TransactWriteItems", refuse)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(insertion, "_PAUSE", 0)


@pytest.mark.usefixtures("impatient")
def test_who_meets_another_on_the_quota_tries_again(cloud: Cloud) -> None:
    with conflicts(9, place=2):
        accepted = accept(cloud.clock, Quota(1, 1), "ok")
    assert not accepted.replayed
    assert used(cloud.clock) == (1, 1)


@pytest.mark.usefixtures("impatient")
def test_who_meets_others_too_often_is_told_to_come_again(cloud: Cloud) -> None:
    with conflicts(10, place=3), pytest.raises(AccountBusy) as busy:
        accept(cloud.clock, Quota(1, 1), "ok")
    assert (busy.value.status, busy.value.retry_after) == (503, 1)
    assert used(cloud.clock) == (0, 0)
    assert left_behind() == 0


def test_the_videos_of_a_list_count_beside_it(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, Quota(4, 4, "k1"), "list")
    work_off(cloud.clock)
    assert loaded(accepted)[1][0].status is JobStatus.COMPLETED
    assert used(cloud.clock) == (4, 4)
    assert row(quota.day(cloud.clock.now))["k#k1"] == {"N": "4"}


def test_a_list_within_a_list_is_counted_too(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, Quota(None, 4), "list")
    work_off(cloud.clock)
    [job] = loaded(accepted)[1]
    assert job.outcome
    child = store.get_batch(job.outcome["child"][6:19])
    assert child
    assert quota.from_limits(child.limits) == Quota(None, 4)


def test_a_list_with_more_videos_than_are_left_fails_and_says_so(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, Quota(3, 100), "list")
    assert work_off(cloud.clock) == [None]
    [job] = loaded(accepted)[1]
    assert job.error
    assert (job.status, job.error.code, job.error.retryable) == (JobStatus.FAILED, "QUOTA_EXCEEDED", False)
    assert job.error.message.startswith("The plan has 3 videos a day: 1 are used, 3 more were sent.")
    assert used(cloud.clock) == (1, 1)
    assert receive() == []


def test_a_list_is_charged_on_the_day_that_it_is_read(cloud: Cloud) -> None:
    cloud.clock.now = BEFORE_MIDNIGHT
    accept(cloud.clock, Quota(1, None), "ok")
    cloud.clock.now = BEFORE_MIDNIGHT - 24 * 3600_000
    accept(cloud.clock, Quota(3, None), "list")
    cloud.clock.forward(24 * 3600 + 30)
    work_off(cloud.clock)
    assert used(cloud.clock) == (3, 3)
