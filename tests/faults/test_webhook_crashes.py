"""A delivery may die at any of its AWS calls: the state machine repeats it, and it is counted once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.accounts import endpoints
from chalicelib.clock import now_ms
from chalicelib.webhooks import attempts, deliveries, order, recover
from chalicelib.webhooks.addresses import Address
from chalicelib.webhooks.consequences import FAILING_DAYS
from tests.batches.aws_faults import hooked
from tests.clock import FakeClock
from tests.faults.crashes import every_crash
from tests.stand_ins.web import Receiver
from tests.webhooks.ended import ended_job, saved
from tests.webhooks.machine import attempt, recover_all, started

pytestmark = pytest.mark.usefixtures("cloud")
LAST = 8


def one_attempt_on_record(address: Address, status: str) -> None:
    row = deliveries.get(address)
    assert row
    assert (row.status, row.attempts) == (status, 1)
    assert [made.place for made in attempts.of(address)] == [1]


def test_a_first_attempt_may_die_at_any_call(receiver: Receiver, clock: FakeClock) -> None:
    requests: list[dict[str, Any]] = []
    endpoint = saved(receiver.url("/hook"))
    endpoints.secrets(endpoint, clock())  # KMS is asked once, and each attempt must make the same calls

    def fresh() -> Callable[[], object]:
        receiver.calls.clear()
        requests.append(order.request(Address(ended_job().event_id, endpoint.id), "scheduled", "acme"))
        return lambda: attempt(requests[-1], clock)

    for _ in every_crash(fresh(), fresh, only_aws=False):
        assert attempt(requests[-1], clock)["outcome"] == "delivered"
        assert 1 <= len(receiver.calls) <= 2
        assert {call.headers["webhook-id"] for call in receiver.calls} == {requests[-1]["event_id"]}
        one_attempt_on_record(order.read(requests[-1]).address, "delivered")


def test_a_last_attempt_that_disables_an_endpoint_may_die_at_any_call(
    receiver: Receiver, clock: FakeClock
) -> None:
    """However it dies, the endpoint ends disabled and the operator hears of both."""
    receiver.program("/hook", *[500] * 99)
    told: list[str] = []
    made: list[Any] = []

    def note(params: Any, **_: Any) -> None:
        told.extend(entry["DetailType"] for entry in json.loads(params["body"])["Entries"])

    def fresh() -> Callable[[], object]:
        told.clear()
        endpoint = saved(receiver.url("/hook"), "batch.completed")
        endpoints.failed(endpoint, clock() - FAILING_DAYS * 24 * 3600 * 1000)
        address = Address(ended_job().event_id, endpoint.id)
        request = order.request(address, "scheduled", "acme") | {"attempt": LAST}
        made.append((endpoint, request))
        if len(made) > 1:
            endpoints.delete("acme", made[-2][0].id)
        return lambda: attempt(request, clock)

    with hooked("before-call.events.PutEvents", note):
        for _ in every_crash(fresh(), fresh, only_aws=False):
            endpoint, request = made[-1]
            assert attempt(request, clock)["outcome"] == "gave_up"
            found = endpoints.get("acme", endpoint.id)
            assert found
            assert found.disabled_reason == "failing"
            assert {"webhook.exhausted", "webhook.endpoint_disabled"} <= set(told)
            one_attempt_on_record(order.read(request).address, "failed")


def test_recovering_may_die_at_any_call(receiver: Receiver, clock: FakeClock) -> None:
    runs = iter(range(1000))
    endpoint = saved(receiver.program("/hook", *[500] * 999))
    current: dict[str, Any] = {}

    def fresh() -> Callable[[], object]:
        clock.now = max(clock.now + 1000, now_ms())
        since = clock()
        current["addresses"] = [Address(ended_job().event_id, endpoint.id) for _ in range(2)]
        for address in current["addresses"]:
            attempt(order.request(address, "scheduled", "acme") | {"attempt": LAST}, clock)
        current["run"] = f"{next(runs):x}"
        recover.start("acme", endpoint.id, current["run"], since, clock())
        current["request"] = started()[f"rec_{current['run']}"]
        return lambda: recover.step(current["request"], clock)

    for _ in every_crash(fresh(), fresh):
        recover_all(current["request"], clock)
        prefix = f"rec_{current['run']}-"
        begun = [name.removeprefix(prefix) for name in started() if name.startswith(prefix)]
        assert sorted(begun) == sorted(address.delivery_id for address in current["addresses"])
