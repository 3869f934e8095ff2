"""Many who save and give up webhook endpoints at once, against tables that are exact under threads."""

from __future__ import annotations

from collections import Counter

import pytest

from chalicelib.accounts import endpoints, secrets
from chalicelib.errors import Conflict, RotatedTooOften
from tests.local.test_races import in_parallel

pytestmark = pytest.mark.usefixtures("tables")
NOW = 1_800_000_000_000
URL = "https://example.com/hook"


def saved(account: str) -> bool:
    try:
        endpoints.create(account, URL, (), "", NOW)
    except Conflict:
        return False
    return True


def test_of_fifty_who_save_one_twenty_succeed() -> None:
    assert Counter(in_parallel(50, lambda _: saved("crowd"))) == {True: 20, False: 30}
    assert len(endpoints.listed("crowd")) == 20


def test_who_deletes_makes_room_for_exactly_one() -> None:
    kept = [endpoints.create("full", URL, (), "", NOW)[0].id for _ in range(20)]

    def work(number: int) -> bool:
        if number < 10:
            endpoints.delete("full", kept[number])
            return False
        return saved("full")

    made = sum(in_parallel(40, work))
    assert made <= 10
    while made < 10:  # who came before room was made has been refused, and comes again
        made += saved("full")
    assert not saved("full")
    assert len(endpoints.listed("full")) == 20


def test_one_of_fifty_disables_it() -> None:
    endpoint, _ = endpoints.create("once", URL, (), "", NOW)
    said = in_parallel(50, lambda _: endpoints.disable("once", endpoint.id, "gone", NOW))
    assert Counter(said) == {True: 1, False: 49}


def test_of_twenty_who_rotate_three_succeed_and_every_secret_holds() -> None:
    first = secrets.webhook_secret("turning")

    def rotated(_: int) -> str | None:
        try:
            return secrets.rotate("turning", NOW)
        except RotatedTooOften:
            return None

    made = {secret for secret in in_parallel(20, rotated) if secret}
    assert len(made) == 3
    assert set(secrets.webhook_secrets("turning", NOW)) == made | {first}
