"""A key's token changes at midnight; what the key stands for does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.accounts import quota
from chalicelib.accounts.quota import Quota
from chalicelib.batches import repeats
from chalicelib.batches.submit import Accepted, submit
from chalicelib.errors import IdempotencyConflict
from infra.local import account
from tests.batches.aws_faults import hooked
from tests.batches.driver import accept, receive, submission
from tests.batches.transactions_seen import transactions
from tests.clock import FakeClock
from tests.conftest import Cloud

DAY = repeats.IDEMPOTENCY_MS
MIDNIGHT = 1_800_000_000_000 // DAY * DAY
CALLERS = ("api_handler", "intake", "intake_dead_letters")
"""Who accepts requests with keys."""
pytestmark = pytest.mark.usefixtures("engine")


def overtaken(first: int, second: int, *wishes: str, other: str | None = None, **options: Any) -> list[Any]:
    """Both requests have begun at their times; the second comes to its end before the first is written."""
    ends: list[Accepted] = []

    def overtake(**_: Any) -> None:
        if not ends:
            ends.append(None)  # type: ignore[arg-type]  # its own write comes here, too
            ends[0] = accept(FakeClock(second), *([other] if other else wishes), **options)

    with hooked("before-call.dynamodb.TransactWriteItems", overtake):
        ends.append(accept(FakeClock(first), *wishes, **options))
    return ends


BESIDE = [(-100, 100), (100, -100), (-60_000, 59_000), (60_000, -59_000)]


@pytest.mark.parametrize("jobs", [1, 120])
@pytest.mark.parametrize(("first", "second"), BESIDE)
def test_two_at_once_over_midnight_are_one_batch(cloud: Cloud, first: int, second: int, jobs: int) -> None:
    guards = Quota(None, None).counts("acme", jobs, MIDNIGHT)
    wishes = ["ok"] * jobs
    won, lost = overtaken(MIDNIGHT + first, MIDNIGHT + second, *wishes, key="k", guards=guards)
    assert (won.replayed, lost.replayed) == (False, True)
    assert lost.batch.id == won.batch.id
    assert quota.used("acme", quota.month(MIDNIGHT)) == len(receive()) == jobs


def test_two_at_once_over_midnight_are_not_one_if_they_differ(cloud: Cloud) -> None:
    with pytest.raises(IdempotencyConflict, match="another request body"):
        overtaken(MIDNIGHT - 100, MIDNIGHT + 100, "ok", key="k", other="fail")
    assert len(receive()) == 1


def test_a_batch_of_more_than_a_day_ago_is_no_rival(cloud: Cloud) -> None:
    first = submit(submission("ok", key="k"), FakeClock(MIDNIGHT - DAY + 1000))
    second = submit(submission("fail", key="k"), FakeClock(MIDNIGHT + 1001))
    assert not second.replayed
    assert second.batch.id != first.batch.id


@pytest.mark.parametrize(
    ("now", "looks"),
    [(-repeats.NEAR_MS, 1), (-repeats.NEAR_MS - 1, 0), (repeats.NEAR_MS - 1, 1), (repeats.NEAR_MS, 0)],
)
def test_the_other_day_costs_nothing_but_around_midnight(cloud: Cloud, now: int, looks: int) -> None:
    with transactions() as seen:
        submit(submission("ok", key="k"), FakeClock(MIDNIGHT + now))
        submit(submission("ok"), FakeClock(MIDNIGHT + now))
    assert [sum("ConditionCheck" in action for action in actions) for actions in seen] == [looks, 0]


@pytest.mark.parametrize("caller", CALLERS)
def test_no_request_lives_longer_than_the_other_day_is_looked_at(caller: str) -> None:
    [stage] = json.loads((account.ROOT / ".chalice" / "config.json").read_text())["stages"].values()
    seconds = stage["lambda_functions"][caller].get("lambda_timeout", stage["lambda_timeout"])
    assert seconds * 1000 < repeats.NEAR_MS / 2
