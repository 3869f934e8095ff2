"""How many keys an account has, how they are changed, and how they end."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import aws
from chalicelib.accounts import account_rows, issuing, key_reading, keys, register, retiring
from chalicelib.accounts.account_rows import Record
from chalicelib.accounts.admission import admit
from chalicelib.accounts.issuing import Wanted
from chalicelib.accounts.key_rows import ADMIN, READ, Key, address, hashed
from chalicelib.errors import BatchreelError, Conflict, NotFound, Unauthorized
from chalicelib.settings import settings
from tests.batches.aws_faults import hooked

pytestmark = pytest.mark.usefixtures("cloud")
NOW = 1_800_000_000_000
DAY = 24 * 3_600_000
CROWD = 3


@pytest.fixture(autouse=True)
def _account(cloud: object) -> None:
    register.ensure("acme")
    register.set_plan("acme", "pro", {"keys": CROWD})


def made(at: int = NOW, scope: str = READ, **given: Any) -> Key:
    wanted = Wanted(account="acme", name="k", scopes=frozenset([scope]), at=at, **given)
    return issuing.issue(wanted)[0]


def refused(work: Any) -> str:
    with pytest.raises(BatchreelError) as error:
        work()
    return error.value.code


def record() -> Record:
    found = account_rows.get("acme")
    assert found
    return found


def row(key: Key) -> dict[str, Any]:
    answer = aws.dynamodb().get_item(TableName=settings().accounts_table, Key=address(key.digest))
    return dict(answer["Item"])


def test_a_key_is_stored_as_its_hash_only() -> None:
    key, secret = issuing.issue(Wanted(account="acme", name="k", scopes=frozenset([READ]), at=NOW))
    assert key.digest == hashed(secret)
    assert (key.prefix, key.last_four) == (secret[:7], secret[-4:])
    assert secret not in str(aws.dynamodb().scan(TableName=settings().accounts_table)["Items"])


def test_of_a_short_key_nothing_is_shown() -> None:
    wanted = Wanted(account="acme", name="k", scopes=frozenset([READ]), at=NOW)
    key, _ = issuing.issue(wanted, "a-key-by-hand")
    assert (key.prefix, key.last_four) == ("", "")
    assert refused(lambda: issuing.issue(wanted, "a-key-by-hand")) == "KEY_EXISTS"
    assert record().keys == {key.digest}


def test_there_are_no_more_than_the_plan_says() -> None:
    found = [made() for _ in range(CROWD)]
    assert refused(made) == "TOO_MANY_KEYS"
    retiring.revoke(found[0], NOW)
    made()
    assert refused(made) == "TOO_MANY_KEYS"


def test_an_expired_key_makes_room_when_it_is_needed() -> None:
    ending = made(expires_at=NOW + 1000)
    for _ in range(CROWD - 1):
        made()
    assert refused(lambda: made(NOW + 999)) == "TOO_MANY_KEYS"
    assert ending.id in [key.id for key in keys.listed("acme")]
    made(NOW + 1000)
    assert ending.id not in [key.id for key in keys.listed("acme")]
    assert (ending.digest in record().keys, ending.digest in record().retired) == (False, True)


def test_a_rotation_has_room_of_its_own_and_happens_once() -> None:
    found = [made() for _ in range(CROWD)]
    new = [issuing.rotate(key, 60, NOW)[0] for key in found]
    assert len(keys.listed("acme")) == 2 * CROWD
    assert refused(lambda: issuing.rotate(found[0], 60, NOW)) == "KEY_ALREADY_ROTATED"
    assert refused(lambda: issuing.rotate(new[0], 60, NOW)) == "TOO_MANY_KEYS"
    later = NOW + 60_000
    assert refused(lambda: made(later)) == "TOO_MANY_KEYS"  # the old ones went, the new ones fill the plan
    assert {key.id for key in keys.listed("acme")} == {key.id for key in new}


def test_the_new_key_is_like_the_old_one() -> None:
    old = made(scope=ADMIN, expires_at=NOW + DAY)
    new, secret = issuing.rotate(old, 3600, NOW)
    assert (new.name, new.scopes, new.expires_at) == (old.name, old.scopes, old.expires_at)
    assert keys.get("acme", old.id).expires_at == NOW + 3_600_000
    assert keys.get("acme", old.id).replaced_by == new.id
    assert admit(secret, ADMIN, NOW + 3_600_000).key.id == new.id


def test_a_rotation_never_makes_a_key_live_longer() -> None:
    old = made(expires_at=NOW + 1000)
    issuing.rotate(old, 3600, NOW)
    assert keys.get("acme", old.id).expires_at == NOW + 1000


def test_without_overlap_the_old_key_ends_at_once() -> None:
    key, secret = issuing.issue(Wanted(account="acme", name="k", scopes=frozenset([READ]), at=NOW))
    issuing.rotate(key, 0, NOW)
    with pytest.raises(Unauthorized, match="expired"):
        admit(secret, READ, NOW)


def test_what_has_ended_cannot_be_changed_or_rotated() -> None:
    key = made(expires_at=NOW + 1000)
    ended = NOW + 1000
    assert refused(lambda: keys.change(key, {"name": "x"}, ended)) == "KEY_EXPIRED"
    assert refused(lambda: issuing.rotate(key, 60, ended)) == "KEY_EXPIRED"
    retiring.revoke(key, NOW)
    assert refused(lambda: keys.change(key, {"name": "x"}, NOW)) == "KEY_NOT_FOUND"
    assert refused(lambda: retiring.revoke(key, NOW)) == "KEY_NOT_FOUND"
    assert refused(lambda: issuing.rotate(key, 60, NOW)) == "KEY_ALREADY_ROTATED"
    assert len(record().keys) == 0


def test_the_end_of_a_rotation_stands() -> None:
    old = made()
    issuing.rotate(old, 60, NOW)
    assert refused(lambda: keys.change(old, {"expires_at": None}, NOW)) == "KEY_ALREADY_ROTATED"
    assert keys.change(old, {"name": "the old one"}, NOW).name == "the old one"


def test_changes() -> None:
    key = made()
    changed = keys.change(key, {"name": "n", "scopes": ["admin"], "expires_at": NOW + 5}, NOW)
    assert (changed.name, changed.scopes, changed.expires_at) == ("n", frozenset(["admin"]), NOW + 5)
    assert keys.change(key, {"expires_at": None}, NOW).expires_at is None


def test_a_revoked_key_is_kept_for_its_history_and_then_goes() -> None:
    key = made()
    retiring.revoke(key, NOW)
    assert record().retired == {key.digest}
    assert int(row(key)["ttl"]["N"]) == (NOW + retiring.KEPT_DAYS * DAY) // 1000
    with pytest.raises(NotFound):
        keys.get("acme", key.id)


def test_the_list_of_retired_keys_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retiring, "MOST_RETIRED", 2)
    retired = []
    for _ in range(3):
        retired.append(made())
        retiring.revoke(retired[-1], NOW)
    assert record().retired == {key.digest for key in retired[:2]}
    aws.dynamodb().delete_item(TableName=settings().accounts_table, Key=address(retired[0].digest))
    retired.append(made())
    retiring.revoke(retired[-1], NOW)
    assert record().retired == {retired[1].digest, retired[3].digest}


@pytest.mark.parametrize("ending", ["revoked", "without admin", "expired"])
def test_an_asker_that_has_ended_meanwhile_does_nothing_more(ending: str) -> None:
    """Two admin keys cannot revoke each other."""
    asker, other = made(scope=ADMIN), made(scope=ADMIN)
    by, at = asker.digest, NOW
    if ending == "revoked":
        retiring.revoke(asker, NOW)
    elif ending == "expired":
        keys.change(asker, {"expires_at": NOW + 1}, NOW)
        at = NOW + 1
    else:
        keys.change(asker, {"scopes": [READ]}, NOW)
    works: list[Any] = [
        lambda: retiring.revoke(other, at, by),
        lambda: made(at, by=by),
        lambda: keys.change(other, {"name": "x"}, at, by),
        lambda: issuing.rotate(other, 60, at, by),
    ]
    assert [refused(work) for work in works] == ["UNAUTHORIZED"] * 4
    assert keys.get("acme", other.id) == other


def test_a_key_may_rotate_and_rename_itself() -> None:
    key = made(scope=ADMIN)
    assert keys.change(key, {"name": "me"}, NOW, key.digest).name == "me"
    assert issuing.rotate(key, 60, NOW, key.digest)[0].name == "k"


class Died(BaseException):
    """Nothing catches this, as nothing catches a SIGKILL."""


@pytest.mark.parametrize("moment", ["before-call", "after-call"])
def test_a_crash_leaves_all_of_a_change_or_nothing(moment: str) -> None:
    def die(**_: Any) -> None:
        raise Died

    key = made()
    with hooked(f"{moment}.dynamodb.TransactWriteItems", die):
        for work in (made, lambda: issuing.rotate(key, 60, NOW), lambda: retiring.revoke(key, NOW)):
            with pytest.raises(Died):
                work()
    found = {each.digest for each in key_reading.read(record().keys)}
    assert found == record().keys
    assert len(found) == (1 if moment == "before-call" else 2)


def test_many_keys_are_read_in_pages() -> None:
    register.set_plan("acme", "pro", {"keys": 101})
    ids = [made(NOW + number).id for number in range(101)]
    assert [key.id for key in keys.listed("acme")] == ids


def test_who_cannot_be_read_yet_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_reading, "_PAUSE", 0)
    key, calls = made(), 0
    table = settings().accounts_table

    def throttled(parsed: Any, **_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            parsed["UnprocessedKeys"] = {table: {"Keys": [address(key.digest)]}}
            parsed["Responses"] = {}

    with hooked("after-call.dynamodb.BatchGetItem", throttled):
        assert keys.listed("acme") == [key]
    assert calls == 2


def test_conflicts_say_what_to_do() -> None:
    for _ in range(CROWD):
        made()
    with pytest.raises(Conflict, match="room for 3 API keys at a time: revoke one first"):
        made()
