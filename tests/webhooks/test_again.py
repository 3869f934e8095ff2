"""Deliveries made again: one by hand, or all that an endpoint has missed."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.accounts import endpoints
from chalicelib.accounts.endpoint_rows import Endpoint
from chalicelib.batches.model import Job
from chalicelib.errors import Conflict, NotFound, ServiceUnavailable
from chalicelib.webhooks import attempts, deliveries, order, recover
from chalicelib.webhooks.addresses import Address
from chalicelib.webhooks.attempts import Attempt
from chalicelib.webhooks.resend import MOST_ATTEMPTS, resend
from tests.batches.aws_faults import refusing
from tests.clock import FakeClock
from tests.stand_ins.web import Receiver
from tests.webhooks.ended import ended_job, saved
from tests.webhooks.machine import attempt, play, recover_all, started

pytestmark = pytest.mark.usefixtures("cloud")
SCHEDULED = 8


def address_of(job: Job, endpoint: Endpoint) -> Address:
    return Address(job.event_id, endpoint.id)


def scheduled(address: Address) -> dict[str, Any]:
    return order.request(address, "scheduled", "acme")


def failure(number: int) -> Attempt:
    return Attempt(
        run="manual-x", number=number, url="https://h.example/", at=1, status=500, duration_ms=1, answer=""
    )


def state(address: Address) -> tuple[str, int]:
    found = deliveries.get(address)
    assert found
    return found.status, found.attempts


def waiting_until(address: Address) -> int | None:
    found = deliveries.get(address)
    assert found
    return found.next_attempt_at


def by_hand(address: Address, run: str = "0") -> dict[str, Any]:
    """The first request of the execution that a resend has started."""
    resend("acme", address, run)
    [request] = started()[f"res_{run}"]["deliveries"]
    assert isinstance(request, dict)
    return request


# ---------------------------------------------------------------- one by hand


def test_what_was_delivered_can_be_sent_again_and_stays_delivered(
    receiver: Receiver, clock: FakeClock
) -> None:
    endpoint = saved(receiver.program("/hook", 200, 500))
    address = address_of(ended_job(), endpoint)
    play(scheduled(address), clock)
    assert play(by_hand(address), clock) == ["gave_up"]
    assert state(address) == ("delivered", 2)
    assert waiting_until(address) is None
    assert [made.trigger for made in attempts.of(address)] == ["scheduled", "manual"]
    assert {call.headers["webhook-id"] for call in receiver.calls} == {address.event_id}


def test_by_hand_neither_restarts_nor_stops_the_schedule(receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.program("/hook", 500, 500, 500, 200))
    address = address_of(ended_job(), endpoint)
    second = attempt(scheduled(address), clock)
    before = waiting_until(address)
    assert play(by_hand(address), clock) == ["gave_up"]
    assert state(address) == ("pending", 2)
    assert waiting_until(address) == before == clock() + 5000
    assert (second["attempt"], second["wait"]) == (2, 5)
    assert play(second, clock) == ["retry", "delivered"]
    assert state(address) == ("delivered", 4)


def test_a_success_by_hand_after_the_schedules_end(receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.program("/hook", *[500] * SCHEDULED))
    address = address_of(ended_job(), endpoint)
    assert play(scheduled(address), clock)[-1] == "gave_up"
    assert state(address) == ("failed", SCHEDULED)
    assert play(by_hand(address), clock) == ["delivered"]
    assert state(address) == ("delivered", SCHEDULED + 1)
    current = endpoints.get("acme", endpoint.id)
    assert current
    assert current.failing_since is None


def test_a_failure_by_hand_exhausts_nothing(receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.program("/hook", *[500] * 3))
    address = address_of(ended_job(), endpoint)
    attempt(scheduled(address), clock)
    endpoints.failed(endpoint, 1)
    with refusing("events", "PutEvents"):
        assert play(by_hand(address), clock) == ["gave_up"]
    current = endpoints.get("acme", endpoint.id)
    assert current
    assert current.enabled


def test_the_same_wish_twice_is_one_attempt(receiver: Receiver, clock: FakeClock) -> None:
    """By its execution's name, and by the log if that ran twice."""
    endpoint = saved(receiver.url("/hook"))
    address = address_of(ended_job(), endpoint)
    play(scheduled(address), clock)
    first, second = by_hand(address), by_hand(address)
    assert first == second
    play(first, clock)
    play(second, clock)
    assert len(receiver.calls) == 2
    assert state(address) == ("delivered", 2)


def test_sent_again_before_its_row_is_there(receiver: Receiver, clock: FakeClock) -> None:
    """The receiver knows the event's id from the call, a moment before the log does."""
    endpoint = saved(receiver.url("/hook"))
    address = address_of(ended_job(), endpoint)
    assert deliveries.get(address) is None
    assert play(by_hand(address), clock) == ["delivered"]
    assert play(scheduled(address), clock) == ["delivered"]
    assert state(address) == ("delivered", 2)


def test_a_disabled_endpoint_is_not_sent_to_by_hand(receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.url("/hook"))
    address = address_of(ended_job(), endpoint)
    play(scheduled(address), clock)
    waiting = by_hand(address)
    endpoints.update("acme", endpoint.id, enabled=False, now=clock())
    with pytest.raises(Conflict) as refused:
        resend("acme", address, "1")
    assert refused.value.code == "ENDPOINT_DISABLED"
    assert play(waiting, clock) == ["cancelled"]
    assert state(address) == ("delivered", 1)


def test_attempts_by_hand_have_an_end(receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.url("/hook"))
    address = address_of(ended_job(), endpoint)
    play(scheduled(address), clock)
    for number in range(2, MOST_ATTEMPTS + 1):
        attempts.record(address, failure(number), clock())
    with pytest.raises(Conflict, match="100 times"):
        resend("acme", address, "1")


@pytest.mark.parametrize("recipient", ["7", "we_0123456789abcdef"])
def test_nobody_is_told_who_never_was(recipient: str) -> None:
    with pytest.raises(NotFound):
        resend("acme", Address(ended_job("https://example.com/").event_id, recipient), "0")


# ---------------------------------------------------------------- all that was missed


def missed(endpoint: Endpoint, clock: FakeClock, job: Job | None = None) -> Address:
    """A delivery that went through its whole schedule in vain."""
    address = address_of(job or ended_job(), endpoint)
    at = clock.now
    assert play(scheduled(address), clock)[-1] == "gave_up"
    clock.now = at
    return address


def begun_again(recovery: str) -> dict[str, Any]:
    """The requests that it has started, by the ids of the deliveries."""
    prefix = f"rec_{recovery}-"
    return {
        name.removeprefix(prefix): given["deliveries"][0]
        for name, given in started().items()
        if name.startswith(prefix)
    }


def begin(endpoint: Endpoint, since: int, clock: FakeClock, recovery: str = "a") -> Any:
    recover.start("acme", endpoint.id, recovery, since, clock())
    return started()[f"rec_{recovery}"]


def test_what_failed_gets_a_fresh_schedule_and_nothing_else_does(
    receiver: Receiver, clock: FakeClock
) -> None:
    """Expected counts: one that failed before, two that failed since, one cancelled, one delivered."""
    endpoint = saved(receiver.program("/hook", *[500] * SCHEDULED))
    early = missed(endpoint, clock)
    clock.forward(3600)
    since = clock()
    receiver.program("/hook", *[500] * 2 * SCHEDULED, 200, 500)
    failed = [missed(endpoint, clock) for _ in range(2)]
    delivered = address_of(ended_job(), endpoint)
    assert play(scheduled(delivered), clock) == ["delivered"]
    cancelled = address_of(ended_job(), endpoint)
    waiting = attempt(scheduled(cancelled), clock)
    endpoints.update("acme", endpoint.id, enabled=False, now=clock())
    assert play(waiting, clock) == ["cancelled"]
    endpoints.update("acme", endpoint.id, enabled=True, now=clock())
    other = saved(receiver.program("/other", *[500] * SCHEDULED))
    missed(other, clock)
    receiver.program("/hook", 500)
    recover_all(begin(endpoint, since, clock), clock)
    again = begun_again("a")
    assert set(again) == {address.delivery_id for address in (*failed, cancelled)}
    outcomes = [play(again[address.delivery_id], clock) for address in (*failed, cancelled)]
    assert outcomes == [["retry", "delivered"], ["delivered"], ["delivered"]]
    assert [state(address) for address in failed] == [("delivered", 10), ("delivered", 9)]
    assert [made.trigger for made in attempts.of(failed[0])] == ["scheduled"] * 8 + ["recovery"] * 2
    assert state(cancelled) == ("delivered", 2)
    assert state(early) == ("failed", SCHEDULED)
    ids = [call.headers["webhook-id"] for call in receiver.calls_to("/hook")]
    assert ids.count(failed[0].event_id) == SCHEDULED + 2


def test_a_recovered_delivery_that_fails_again_can_be_recovered_again(
    receiver: Receiver, clock: FakeClock
) -> None:
    endpoint = saved(receiver.program("/hook", *[500] * 2 * SCHEDULED))
    since = clock()
    address = missed(endpoint, clock)
    recover_all(begin(endpoint, since, clock), clock)
    assert state(address) == ("pending", SCHEDULED)
    assert play(begun_again("a")[address.delivery_id], clock)[-1] == "gave_up"
    assert state(address) == ("failed", 2 * SCHEDULED)
    recover_all(begin(endpoint, since, clock), clock)  # the same one once more: nothing to begin
    assert state(address) == ("failed", 2 * SCHEDULED)
    recover_all(begin(endpoint, since, clock, "b"), clock)
    assert play(begun_again("b")[address.delivery_id], clock) == ["delivered"]


def test_two_recoveries_at_once_begin_each_delivery_once(receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.program("/hook", *[500] * 2 * SCHEDULED))
    since = clock()
    for _ in range(2):
        missed(endpoint, clock)
    one, other = begin(endpoint, since, clock), begin(endpoint, since, clock, "b")
    recover_all(one, clock)
    recover_all(other, clock)
    assert (len(begun_again("a")), len(begun_again("b"))) == (2, 0)


@pytest.mark.parametrize("away", ["StartExecution", "UpdateItem"])
def test_a_page_that_died_half_way_is_done_to_its_end(
    receiver: Receiver, clock: FakeClock, away: str
) -> None:
    endpoint = saved(receiver.program("/hook", *[500] * 3 * SCHEDULED))
    since = clock()
    addresses = [missed(endpoint, clock) for _ in range(3)]
    request = begin(endpoint, since, clock)
    service = "sfn" if away == "StartExecution" else "dynamodb"
    with refusing(service, away, after=1), pytest.raises(ServiceUnavailable):
        recover.step(request, clock)
    recover_all(request, clock)
    assert set(begun_again("a")) == {address.delivery_id for address in addresses}
    assert {state(address)[0] for address in addresses} == {"pending"}


def test_a_long_recovery_goes_by_pages_and_ends_at_its_limit(
    receiver: Receiver, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recover, "PAGE", 3)
    monkeypatch.setattr(recover, "MOST", 8)
    endpoint = saved(receiver.url("/hook"))
    job = ended_job()
    for number in range(10):
        _failed_row(Address(job.event_id[:-1] + str(number), endpoint.id), clock() + number)
    clock.forward(1)
    request = begin(endpoint, clock() - 5000, clock)
    assert request["left"] == 8
    assert recover_all(request, clock) == 3
    oldest = {Address(job.event_id[:-1] + str(number), endpoint.id).delivery_id for number in range(8)}
    assert set(begun_again("a")) == oldest


def _failed_row(address: Address, at: int) -> None:
    deliveries.begin(
        deliveries.Delivery(
            address=address,
            account="acme",
            event_type="job.completed",
            url="https://example.com/",
            status=deliveries.Status.FAILED,
            created_at=at,
            updated_at=at,
        )
    )


@pytest.mark.parametrize("how", ["disabled", "deleted"])
def test_recovering_stops_when_its_endpoint_is_off(receiver: Receiver, clock: FakeClock, how: str) -> None:
    endpoint = saved(receiver.program("/hook", *[500] * SCHEDULED))
    since = clock()
    missed(endpoint, clock)
    request = begin(endpoint, since, clock)
    if how == "disabled":
        endpoints.update("acme", endpoint.id, enabled=False, now=clock())
    else:
        endpoints.delete("acme", endpoint.id)
    assert recover.step(request, clock)["more"] is False
    assert begun_again("a") == {}
