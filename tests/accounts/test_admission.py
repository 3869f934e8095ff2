"""One write lets a request in, or says why not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.accounts import admission, counters, issuing, key_rows, keys, plans, register, retiring
from chalicelib.accounts.admission import admit
from chalicelib.accounts.issuing import Wanted
from chalicelib.accounts.key_rows import PROCESS, READ
from chalicelib.errors import Forbidden, RateLimited, Unauthorized
from chalicelib.settings import settings
from tests.batches.aws_faults import hooked
from tests.clock import FakeClock

pytestmark = pytest.mark.usefixtures("cloud")
HOUR = counters.HOUR_MS
START = 1_800_000_000_000 // HOUR * HOUR
"""The beginning of an hour."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START)


def key_with(rate: int = 3, *scopes: str, expires_at: int | None = None) -> str:
    register.ensure("acme")
    register.set_plan("acme", "pro", {"requests_per_hour": rate})
    held = frozenset(scopes or (READ,))
    return issuing.issue(Wanted(account="acme", name="k", scopes=held, expires_at=expires_at, at=START))[1]


def row(key: str) -> dict[str, Any]:
    address = key_rows.address(key_rows.hashed(key))
    return dict(aws.dynamodb().get_item(TableName=settings().accounts_table, Key=address)["Item"])


def test_who_is_let_in_and_what_is_left(clock: FakeClock) -> None:
    key = key_with(3)
    clock.forward(61.5)
    found = admit(key, READ, clock())
    assert (found.account.id, found.account.key_id) == ("acme", found.key.id)
    assert found.account.plan == replace(plans.shipped()["pro"], requests_per_hour=3)
    assert (found.rate.limit, found.rate.used, found.rate.remaining) == (3, 1, 2)
    assert found.rate.seconds_left == 3600 - 61
    assert found.key.last_used_at == clock()


def test_the_hour_that_is_full_ends(clock: FakeClock) -> None:
    key = key_with(3)
    clock.forward(3599)
    assert [admit(key, READ, clock()).rate.remaining for _ in range(3)] == [2, 1, 0]
    for _ in range(2):
        with pytest.raises(
            RateLimited, match="its 3 requests of this hour: try again in 1 seconds"
        ) as refused:
            admit(key, READ, clock())
        assert (refused.value.retry_after, refused.value.rate.limit, refused.value.rate.used) == (1, 3, 3)
    clock.forward(0.999)
    with pytest.raises(RateLimited):
        admit(key, READ, clock())
    clock.forward(0.001)
    assert admit(key, READ, clock()).rate.used == 1


def test_what_is_refused_is_not_counted(clock: FakeClock) -> None:
    key = key_with(1)
    admit(key, READ, clock())
    before = row(key)
    with pytest.raises(RateLimited):
        admit(key, READ, clock())
    with pytest.raises(Forbidden):
        admit(key, PROCESS, clock())
    assert row(key) == before


def test_an_unknown_key_leaves_nothing(clock: FakeClock) -> None:
    with pytest.raises(Unauthorized, match="is not valid"):
        admit("sk_unknown", READ, clock())
    assert aws.dynamodb().scan(TableName=settings().accounts_table)["Items"] == []


@pytest.mark.parametrize(
    ("held", "wanted", "fine"),
    [
        ("read", "read", True),
        ("read", "process", False),
        ("process", "process", True),
        ("process", "read", False),
        ("admin", "read", True),
        ("admin", "process", True),
        ("admin", "admin", True),
        ("read", "admin", False),
        ("process", None, True),
    ],
)
def test_scopes(clock: FakeClock, held: str, wanted: str | None, fine: bool) -> None:
    key = key_with(9, held)
    if fine:
        assert admit(key, wanted, clock()).key.scopes == {held}
    else:
        with pytest.raises(Forbidden, match=f"lacks the scope {wanted} that this takes: it has {held}"):
            admit(key, wanted, clock())


def test_an_expired_key(clock: FakeClock) -> None:
    key = key_with(9, expires_at=START + 1000)
    clock.forward(0.999)
    admit(key, READ, clock())
    clock.forward(0.001)
    with pytest.raises(Unauthorized, match="has expired"):
        admit(key, READ, clock())


def test_a_revoked_key(clock: FakeClock) -> None:
    key = key_with()
    retiring.revoke(admit(key, READ, clock()).key, clock())
    with pytest.raises(Unauthorized, match="has been revoked"):
        admit(key, READ, clock())


def test_a_smaller_plan_holds_at_once(clock: FakeClock) -> None:
    key = key_with(5)
    for _ in range(3):
        admit(key, READ, clock())
    register.set_plan("acme", "pro", {"requests_per_hour": 2})
    with pytest.raises(RateLimited) as refused:
        admit(key, READ, clock())
    assert (refused.value.rate.limit, refused.value.rate.used) == (2, 3)
    register.set_plan("acme", "pro", {"requests_per_hour": 4})
    assert admit(key, READ, clock()).rate.remaining == 0


@pytest.mark.parametrize("warm", [True, False])
def test_counters_of_a_key_in_use_stay_few(clock: FakeClock, warm: bool) -> None:
    key = key_with(9)
    for _ in range(2 * 45):
        clock.forward(12 * 3600)
        if not warm:
            admission._seen.clear()
        admit(key, READ, clock())
    names = [name for name in row(key) if counters.is_one(name)]
    assert [name for name in names if name[0] == "h"] == [counters.hour(clock())]
    assert len([name for name in names if name[0] == "d"]) == counters.KEPT_DAYS + 1


def test_a_day_and_a_month_count_all_their_hours(clock: FakeClock) -> None:
    key = key_with(9)
    midnight = START // counters.DAY_MS * counters.DAY_MS
    for hours in range(0, 48, 4):
        admit(key, READ, midnight + hours * HOUR)
    found = row(key)
    assert found[counters.day(midnight)] == found[counters.day(midnight + 24 * HOUR)] == {"N": "6"}
    assert found[counters.month(midnight)] == {"N": "12"}


def test_months_go_after_thirteen() -> None:
    january = 1_800_000_000_000  # 2027-01-15
    assert counters.month(january) == "m202701"
    assert [counters.month(january, back) for back in (1, 13, 14)] == ["m202612", "m202512", "m202511"]
    assert "m202511" in counters.likely_left_over(january)
    row = {
        "m202511": 1,
        "m202512": 1,
        "d20261211": 1,
        "d20261210": 1,
        "h1": 1,
        "name": 1,
        "h499999": 1,
        "h499998": 1,
    }
    assert set(counters.left_over(row, january)) == {"m202511", "d20261210", "h499998"}


def test_what_an_idle_key_has_left_goes_when_it_is_changed(clock: FakeClock) -> None:
    key = key_with(9)
    old = admit(key, READ, clock())
    clock.forward(400 * 24 * 3600)
    admission._seen.clear()
    admit(key, READ, clock())
    assert counters.hour(START) in row(key)
    keys.change(old.key, {"name": "new"}, clock())
    assert not {counters.hour(START), counters.day(START)} & row(key).keys()
    assert counters.hour(clock()) in row(key)


def test_what_an_idle_key_has_left_goes_when_a_process_sees_it_again(clock: FakeClock) -> None:
    key = key_with(9)
    admit(key, READ, clock())
    clock.forward(400 * 24 * 3600)
    admission._seen.clear()
    for left in (True, False):
        admit(key, READ, clock())
        assert (counters.hour(START) in row(key)) is left


def test_a_process_remembers_only_so_many_keys(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "_MOST_SEEN", 2)
    for key in [key_with(9) for _ in range(4)]:
        admit(key, READ, clock())
        assert 1 <= len(admission._seen) <= 2


@contextmanager
def conflicting(times: int) -> Iterator[None]:
    """A transaction changes the key while so many of the writes come."""
    calls = 0

    def refuse(**_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls <= times:
            raise ClientError({"Error": {"Code": "TransactionConflictException"}}, "UpdateItem")

    with hooked("before-call.dynamodb.UpdateItem", refuse):
        yield


def test_a_key_that_is_being_changed_is_still_good(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "_PAUSE", 0)
    key = key_with(9)
    with conflicting(4):
        assert admit(key, READ, clock()).rate.used == 1
    with conflicting(5), pytest.raises(ClientError, match="TransactionConflict"):
        admit(key, READ, clock())
