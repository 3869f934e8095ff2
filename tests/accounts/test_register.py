"""Plans of accounts, and their copies on the keys: never an older one for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.accounts import account_rows, issuing, key_reading, keys, plans, register
from chalicelib.accounts.issuing import Wanted
from chalicelib.accounts.key_rows import READ
from chalicelib.accounts.plan import Plan
from chalicelib.errors import NotFound
from tests.batches.aws_faults import hooked

pytestmark = pytest.mark.usefixtures("cloud")
NOW = 1_800_000_000_000


def new_key(account: str = "acme") -> str:
    return issuing.issue(Wanted(account=account, name="k", scopes=frozenset([READ]), at=NOW))[1]


def plan_of(key: str) -> Plan:
    found = key_reading.find(key)
    assert found
    return found.plan


def own_plan(**changes: Any) -> Plan:
    return replace(plans.shipped()["free"], name="own", **changes)


@contextmanager
def meanwhile(operation: str, do: Callable[[], object], number: int = 1) -> Iterator[None]:
    """`do` happens just before call number so many of the operation."""
    calls = 0

    def act(**_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == number:
            do()

    with hooked(f"before-call.dynamodb.{operation}", act):
        yield
    assert calls >= number


def test_an_account_is_made_once() -> None:
    made = register.ensure("acme", "plus")
    assert (made.plan, made.plan_name, made.overrides) == (plans.shipped()["plus"], "plus", {})
    assert register.ensure("acme", "free") == made
    with meanwhile("PutItem", lambda: register.ensure("other", "free")):
        assert register.ensure("other", "plus").plan_name == "free"


@pytest.mark.parametrize("name", ["", "Acme Inc", "a" * 65, "ä"])
def test_an_account_name_must_fit_a_message_group(name: str) -> None:
    with pytest.raises(ValueError, match="account name"):
        register.ensure(name)


def test_there_must_be_such_a_plan_and_such_an_account() -> None:
    with pytest.raises(NotFound, match="no plan gold"):
        register.ensure("acme", "gold")
    assert account_rows.get("acme") is None
    with pytest.raises(NotFound, match="no account acme"):
        register.set_plan("acme", "pro", {})


def test_a_key_has_the_plan_of_its_account_and_follows_it() -> None:
    register.ensure("acme", "free")
    first, second = new_key(), new_key()
    assert plan_of(first) == plans.shipped()["free"]
    register.set_plan("acme", "plus", {"requests_per_hour": 7, "videos_per_day": None})
    expected = replace(plans.shipped()["plus"], requests_per_hour=7, videos_per_day=None)
    assert plan_of(first) == plan_of(second) == register.plan_of("acme") == expected
    register.set_plan("acme", "plus", {})
    assert plan_of(first) == plans.shipped()["plus"]


def test_a_plan_of_the_operator_goes_before_a_shipped_one() -> None:
    register.ensure("acme", "free")
    register.ensure("other", "plus")
    key, others = new_key(), new_key("other")
    changed = replace(plans.shipped()["free"], keys=7)
    plans.put(changed)
    assert register.refresh_all("free") == 1
    assert plan_of(key) == changed
    assert plan_of(others) == plans.shipped()["plus"]
    assert plans.every()["free"] == changed
    plans.delete("free")
    assert register.refresh_all("free") == 1
    assert plan_of(key) == plans.shipped()["free"]


def test_what_is_different_for_an_account_outlives_a_change_of_its_plan() -> None:
    plans.put(own_plan())
    register.ensure("acme", "own")
    key = new_key()
    register.set_plan("acme", "own", {"keys": 9})
    plans.put(own_plan(batch_size=50))
    register.refresh_all("own")
    assert plan_of(key) == own_plan(batch_size=50, keys=9)


def test_who_is_trusted_without_a_key_has_the_plan_of_the_account_or_the_default() -> None:
    assert register.plan_of("nobody") == plans.shipped()["pro"]
    plans.put(replace(plans.shipped()["pro"], batch_size=5))
    assert register.plan_of("nobody").batch_size == 5
    register.ensure("acme", "free")
    assert register.plan_of("acme").name == "free"


class Died(BaseException):
    """Nothing catches this, as nothing catches a SIGKILL."""


@pytest.mark.parametrize("moment", ["before-call", "after-call"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_after_a_crash_the_same_command_finishes_it(moment: str, number: int) -> None:
    register.ensure("acme", "free")
    found = [new_key(), new_key()]
    calls = 0

    def die(**_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == number:
            raise Died

    with hooked(f"{moment}.dynamodb.UpdateItem", die), pytest.raises(Died):
        register.set_plan("acme", "plus", {"keys": 9})
    register.set_plan("acme", "plus", {"keys": 9})
    assert {plan_of(key) for key in found} == {replace(plans.shipped()["plus"], keys=9)}
    written = account_rows.get("acme")
    assert written
    assert written.revision == 2


def test_a_key_that_is_made_meanwhile_has_the_new_plan() -> None:
    register.ensure("acme", "free")
    with meanwhile("TransactWriteItems", lambda: register.set_plan("acme", "plus", {})):
        assert plan_of(new_key()).name == "plus"


def test_of_two_who_set_a_plan_the_later_one_wins_everywhere() -> None:
    register.ensure("acme", "free")
    key = new_key()
    with meanwhile("UpdateItem", lambda: register.set_plan("acme", "plus", {}), number=2):
        register.set_plan("acme", "pro", {})  # its copy to the key comes after the other's
    assert plan_of(key) == register.plan_of("acme") == plans.shipped()["plus"]
    with meanwhile("UpdateItem", lambda: register.set_plan("acme", "free", {})):
        register.set_plan("acme", "pro", {})  # it meets the other before it writes, and begins again
    assert plan_of(key) == register.plan_of("acme") == plans.shipped()["pro"]


def test_a_plan_that_changes_while_it_is_given_is_given_as_it_is_then() -> None:
    plans.put(own_plan())
    register.ensure("acme", "free")
    key = new_key()
    with meanwhile("UpdateItem", lambda: plans.put(own_plan(batch_size=9))):
        register.set_plan("acme", "own", {})
    assert plan_of(key).batch_size == register.plan_of("acme").batch_size == 9


def test_the_low_way_to_a_key_makes_its_account() -> None:
    first = keys.create("acme")
    assert plan_of(first).name == "pro"
    wanted = replace(plans.shipped()["plus"], concurrent_jobs=7)
    second = keys.create("acme", "sk_chosen", wanted)
    assert second == "sk_chosen"
    assert plan_of(first) == plan_of(second) == wanted
    record = account_rows.get("acme")
    assert record
    assert (record.plan_name, record.overrides) == ("plus", {"concurrent_jobs": 7})
    unheard_of = replace(wanted, name="unheard-of")
    assert plan_of(keys.create("other", plan=unheard_of)) == unheard_of
