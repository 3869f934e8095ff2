"""Many who use, make and end keys at once, against tables that are exact under threads."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from chalicelib.accounts import account_rows, issuing, key_reading, keys, register, retiring
from chalicelib.accounts.admission import admit
from chalicelib.accounts.issuing import Wanted
from chalicelib.accounts.key_rows import ADMIN, READ, Key
from chalicelib.errors import BatchreelError
from tests.local.test_races import in_parallel

pytestmark = pytest.mark.usefixtures("tables")
NOW = 1_800_000_000_000


def said(work: Any) -> str:
    try:
        work()
    except BatchreelError as error:
        return error.code
    return "done"


def account(name: str, **different: Any) -> None:
    register.ensure(name)
    register.set_plan(name, "pro", different)


def made(name: str, scope: str = READ) -> tuple[Key, str]:
    return issuing.issue(Wanted(account=name, name="k", scopes=frozenset([scope]), at=NOW))


def test_of_fifty_requests_exactly_as_many_are_let_in_as_may_be() -> None:
    account("busy", requests_per_hour=20)
    key, secret = made("busy")
    answers = Counter(in_parallel(50, lambda _: said(lambda: admit(secret, READ, NOW))))
    assert answers == {"done": 20, "RATE_LIMIT_EXCEEDED": 30}
    assert sum(keys.get("busy", key.id).counters.values()) == 3 * 20  # of the hour, the day and the month


def test_of_fifty_who_make_a_key_as_many_succeed_as_the_plan_says() -> None:
    account("crowd", keys=7)
    answers = Counter(in_parallel(50, lambda _: said(lambda: made("crowd"))))
    assert answers == {"done": 7, "TOO_MANY_KEYS": 43}
    assert len(keys.listed("crowd")) == 7


def test_of_ten_who_rotate_a_key_one_succeeds() -> None:
    account("turning")
    key, _ = made("turning")
    answers = Counter(in_parallel(10, lambda _: said(lambda: issuing.rotate(key, 60, NOW))))
    assert answers == {"done": 1, "KEY_ALREADY_ROTATED": 9}
    assert len(keys.listed("turning")) == 2


def test_of_two_admins_who_revoke_each_other_one_remains() -> None:
    account("duel")
    pair = [made("duel", ADMIN)[0] for _ in range(2)]

    def work(number: int) -> str:
        return said(lambda: retiring.revoke(pair[1 - number], NOW, by=pair[number].digest))

    assert sorted(in_parallel(2, work)) == ["UNAUTHORIZED", "done"]
    assert len(keys.listed("duel")) == 1


def test_keys_made_while_the_plan_changes_have_the_last_one() -> None:
    account("moving")

    def work(number: int) -> None:
        if number % 5:
            made("moving")
        else:
            register.set_plan("moving", "plus", {"batch_size": 1 + number, "keys": 100})

    account("moving", keys=100)
    in_parallel(20, work)
    record = account_rows.get("moving")
    assert record
    assert {key.plan for key in key_reading.read(record.keys)} == {record.plan}
    assert len(record.keys) == 16


def test_who_is_revoked_is_out_with_the_next_request() -> None:
    account("leaving")
    key, secret = made("leaving")

    def work(number: int) -> str:
        return said(lambda: admit(secret, READ, NOW) if number else retiring.revoke(key, NOW))

    assert set(in_parallel(20, work)) <= {"done", "UNAUTHORIZED"}
    assert said(lambda: admit(secret, READ, NOW)) == "UNAUTHORIZED"
