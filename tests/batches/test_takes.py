"""Names that one batch alone may have."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.batches import insertion
from chalicelib.errors import NamesTaken, QueueFull, RequestInProgress
from chalicelib.settings import settings
from tests.batches.aws_faults import hooked, refusing
from tests.batches.driver import accept, loaded, receive
from tests.conftest import Cloud

pytestmark = pytest.mark.usefixtures("engine")


def test_a_name_is_taken_once(cloud: Cloud) -> None:
    first = accept(cloud.clock, "ok", takes=("a", "b"))
    with pytest.raises(NamesTaken) as refused:
        accept(cloud.clock, "ok", takes=("c", "b"))
    assert refused.value.names == ("b",)
    assert insertion.taker("a") == insertion.taker("b") == first.batch.token
    assert insertion.taker("c") is None
    assert len(receive()) == 1


def test_a_batch_is_read_without_the_names_it_took(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", takes=("a",))
    batch, jobs = loaded(accepted)
    assert (batch.total, len(jobs)) == (2, 2)


def test_the_one_that_is_written_first_has_the_name(cloud: Cloud) -> None:
    """Another request is accepted between the first one's last look and its write."""
    waiting, winners = ["rival"], []

    def overtake(**_: Any) -> None:
        if waiting:
            waiting.pop()
            winners.append(accept(cloud.clock, "ok", takes=("race",)))

    with hooked("before-call.dynamodb.TransactWriteItems", overtake), pytest.raises(NamesTaken):
        accept(cloud.clock, "ok", takes=("race",))
    assert insertion.taker("race") == winners[0].batch.token
    assert len(receive()) == 1


def test_a_repeat_with_its_key_has_its_names_already(cloud: Cloud) -> None:
    first = accept(cloud.clock, "ok", key="k1", takes=("a",))
    again = accept(cloud.clock, "ok", key="k1", takes=("a",))
    assert (again.batch.id, again.replayed) == (first.batch.id, True)


def test_a_refused_batch_takes_nothing(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_QUEUE_LIMIT", "0")
    settings.cache_clear()
    with pytest.raises(QueueFull):
        accept(cloud.clock, "ok", takes=("a",))
    assert insertion.taker("a") is None


def test_names_leave_room_for_the_jobs_of_a_transaction(cloud: Cloud) -> None:
    names = tuple(f"n{number}" for number in range(50))
    accepted = accept(cloud.clock, *["ok"] * 99, takes=names)
    assert len(loaded(accepted)[1]) == 99
    assert {insertion.taker(name) for name in names} == {accepted.batch.token}


def test_a_request_that_crashed_half_way_has_taken_nothing_yet(cloud: Cloud) -> None:
    """Another takes the name meanwhile, and the repeat is told so."""
    with refusing("dynamodb", "TransactWriteItems", after=1), pytest.raises(ClientError):
        accept(cloud.clock, *["ok"] * 120, key="k1", takes=("a",))
    assert insertion.taker("a") is None
    accept(cloud.clock, "ok", takes=("a",))
    with pytest.raises(NamesTaken):
        accept(cloud.clock, *["ok"] * 120, key="k1", takes=("a",))


def test_a_request_that_crashed_half_way_takes_its_name_when_repeated(cloud: Cloud) -> None:
    with refusing("dynamodb", "TransactWriteItems", after=1), pytest.raises(ClientError):
        accept(cloud.clock, *["ok"] * 120, key="k1", takes=("a",))
    again = accept(cloud.clock, *["ok"] * 120, key="k1", takes=("a",))
    assert insertion.taker("a") == again.batch.token
    assert len(loaded(again)[1]) == 120


def test_a_race_that_nobody_has_won_yet_is_to_be_tried_again(cloud: Cloud) -> None:
    """DynamoDB refuses both of two transactions on one item, as long as neither is through."""
    conflict = {
        "Error": {"Code": "TransactionCanceledException"},
        "CancellationReasons": [{"Code": "TransactionConflict"}],
    }

    def refuse(**_: Any) -> None:
        raise ClientError(conflict, "TransactWriteItems")  # type: ignore[arg-type]

    with hooked("before-call.dynamodb.TransactWriteItems", refuse), pytest.raises(RequestInProgress) as race:
        accept(cloud.clock, "ok", takes=("a",))
    assert "Idempotency-Key" not in race.value.message
    assert insertion.taker("a") is None
