"""The log of deliveries when things go wrong: counted once, never lost, never told twice without need."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import aws
from chalicelib.accounts.secrets import webhook_secret
from chalicelib.batches import items
from chalicelib.batches.store import KEPT_AFTER_EXPIRY_MS
from chalicelib.errors import ServiceUnavailable
from chalicelib.settings import settings
from chalicelib.webhooks import attempts, deliveries, order
from chalicelib.webhooks.addresses import Address
from chalicelib.webhooks.attempts import Attempt
from chalicelib.webhooks.deliveries import Delivery
from tests.batches.aws_faults import hooked, refusing
from tests.clock import FakeClock
from tests.stand_ins.web import Receiver
from tests.webhooks.ended import ended_job, saved
from tests.webhooks.machine import attempt, play

pytestmark = pytest.mark.usefixtures("cloud")


def delivery_to(url: str) -> tuple[Address, dict[str, Any]]:
    webhook_secret("acme")  # made now, so that what a test refuses is the log
    address = Address(ended_job(url).event_id, "0")
    return address, order.request(address, "scheduled", "acme")


def row(address: Address) -> Delivery:
    found = deliveries.get(address)
    assert found
    return found


def test_a_delivery_in_the_log_from_beginning_to_end(receiver: Receiver, clock: FakeClock) -> None:
    address, request = delivery_to(receiver.program("/hook", 503, 200))
    began = clock()
    second = attempt(request, clock)
    waiting = row(address)
    assert (waiting.status, waiting.attempts, waiting.last_status) == ("pending", 1, 503)
    assert (waiting.created_at, waiting.next_attempt_at) == (began, began + 5000)
    clock.forward(5)
    attempt(second, clock)
    done = row(address)
    assert (done.status, done.attempts, done.last_status) == ("delivered", 2, 200)
    assert (done.created_at, done.updated_at, done.next_attempt_at) == (began, began + 5000, None)
    assert (done.account, done.event_type, done.url) == ("acme", "job.completed", receiver.url("/hook"))
    first, last = attempts.of(address)
    assert [(a.place, a.trigger, a.number, a.status) for a in (first, last)] == [
        (1, "scheduled", 1, 503),
        (2, "scheduled", 2, 200),
    ]
    assert (first.at, last.at, last.answer) == (began, began + 5000, "ok")


def test_the_log_is_kept_as_long_as_what_it_is_about(receiver: Receiver, clock: FakeClock) -> None:
    address, request = delivery_to(receiver.url("/hook"))
    attempt(request, clock)
    kept_until = (clock() + settings().retention_seconds * 1000 + KEPT_AFTER_EXPIRY_MS) // 1000
    everything = aws.dynamodb().query(
        TableName=settings().batches_table,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :log)",
        ExpressionAttributeValues=items.values({":pk": address.partition, ":log": "W#"}),
    )["Items"]
    assert [int(item["ttl"]["N"]) for item in everything] == [kept_until] * 2


def test_the_log_away_after_the_call(receiver: Receiver, clock: FakeClock) -> None:
    """The receiver may hear of it again, by the same id and as the same attempt."""
    address, request = delivery_to(receiver.url("/hook"))
    with refusing("dynamodb", "PutItem", after=1), pytest.raises(ServiceUnavailable):
        attempt(request, clock)
    assert (row(address).status, row(address).attempts) == ("pending", 0)
    assert attempt(request, clock)["outcome"] == "delivered"
    assert {call.headers["webhook-id"] for call in receiver.calls} == {address.event_id}
    assert [made.place for made in attempts.of(address)] == [1]
    assert row(address).attempts == 1


def test_the_log_away_before_the_call_keeps_the_receiver_in_peace(
    receiver: Receiver, clock: FakeClock
) -> None:
    _, request = delivery_to(receiver.url("/hook"))
    with refusing("dynamodb", "PutItem"), pytest.raises(ServiceUnavailable):
        attempt(request, clock)
    assert receiver.calls == []


def test_a_replayed_attempt_is_neither_made_nor_counted_again(receiver: Receiver, clock: FakeClock) -> None:
    address, request = delivery_to(receiver.program("/hook", 500, 500))
    first = attempt(request, clock)
    assert attempt(request, clock) == first
    assert len(receiver.calls) == 1
    assert row(address).attempts == 1


def test_the_bus_away_after_the_last_attempt(receiver: Receiver, clock: FakeClock) -> None:
    """The operator is told when it is back, and the receiver is left alone."""
    _, request = delivery_to(receiver.program("/hook", 500))
    request["attempt"] = 8
    with refusing("events", "PutEvents"), pytest.raises(ServiceUnavailable):
        attempt(request, clock)
    put: list[Any] = []
    with hooked("before-call.events.PutEvents", lambda **call: put.append(call)):
        assert attempt(request, clock)["outcome"] == "gave_up"
    assert (len(put), len(receiver.calls)) == (1, 1)


def test_two_attempts_recorded_at_once_are_both_counted(receiver: Receiver, clock: FakeClock) -> None:
    """One by hand comes between reading the row and writing it."""
    address, request = delivery_to(receiver.program("/hook", 500))
    by_hand = Attempt(
        run="manual-0", number=1, url="https://h.example/", at=clock(), status=0, duration_ms=1, answer=""
    )
    puts = iter(("the delivery", "the attempt"))

    def come_between(**_: Any) -> None:
        if next(puts, None) == "the attempt":
            attempts.record(address, by_hand, clock())

    with hooked("before-call.dynamodb.PutItem", come_between):
        assert attempt(request, clock)["outcome"] == "retry"
    assert [(a.place, a.trigger) for a in attempts.of(address)] == [(1, "manual"), (2, "scheduled")]
    assert (row(address).attempts, row(address).status) == (2, "pending")


@pytest.mark.parametrize(
    ("first", "second", "outcome", "status"),
    [(500, 200, "delivered", "delivered"), (200, 500, "retry", "pending")],
)
def test_two_handlers_of_one_attempt_go_by_the_one_on_record(
    receiver: Receiver, clock: FakeClock, first: int, second: int, outcome: str, status: str
) -> None:
    """The other one begins when this one has its answer, and ends before this one's is on record."""
    address, request = delivery_to(receiver.program("/hook", first, second))
    puts = iter(("the delivery", "the attempt"))
    others: list[Any] = []

    def overtake(**_: Any) -> None:
        if next(puts, None) == "the attempt":
            others.append(attempt(request, clock))

    with hooked("before-call.dynamodb.PutItem", overtake):
        answer = attempt(request, clock)
    assert others == [answer]
    assert answer["outcome"] == outcome
    assert len(receiver.calls) == 2
    assert [each.status for each in attempts.of(address)] == [second]
    assert (row(address).attempts, row(address).status) == (1, status)


def test_a_deleted_delivery_stays_deleted(receiver: Receiver, clock: FakeClock) -> None:
    address, request = delivery_to(receiver.url("/hook"))

    def delete(**_: Any) -> None:
        aws.dynamodb().delete_item(TableName=settings().batches_table, Key=items.values(address.key))

    with hooked("before-call.dynamodb.UpdateItem", delete):
        assert attempt(request, clock)["outcome"] == "delivered"
    assert deliveries.get(address) is None


def test_a_job_deleted_between_two_attempts_ends_its_deliveries(receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.program("/hook", 500))
    job = ended_job()
    address = Address(job.event_id, endpoint.id)
    request = attempt(order.request(address, "scheduled", "acme"), clock)
    aws.dynamodb().delete_item(TableName=settings().batches_table, Key=items.key(job.token, job.index))
    assert play(request, clock) == ["cancelled"]
    assert (row(address).status, row(address).reason) == ("cancelled", "subject_deleted")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pass@h.example:8443/a/b?token=s#f", "https://h.example:8443/a/b"),
        ("https://h.example", "https://h.example"),
    ],
)
def test_only_what_is_no_secret_of_a_url_is_kept(url: str, shown: str) -> None:
    assert deliveries.shown(url) == shown
