"""Saved endpoints as receivers: who is told, and what becomes of one that fails."""

from __future__ import annotations

import json
from typing import Any

import pytest
from standardwebhooks import Webhook

from chalicelib.accounts import endpoints
from chalicelib.accounts.endpoint_rows import Endpoint
from chalicelib.batches import finish, store, submit
from chalicelib.batches.model import Failure, Job, NewJob
from chalicelib.clock import now_ms
from chalicelib.settings import settings
from chalicelib.webhooks import attempts, deliveries, order
from chalicelib.webhooks.addresses import Address
from chalicelib.webhooks.consequences import FAILING_DAYS
from tests.batches.aws_faults import hooked
from tests.clock import FakeClock
from tests.stand_ins.web import Receiver, Reply
from tests.webhooks.ended import OUTCOME, ended_job, saved
from tests.webhooks.machine import attempt, play, started

pytestmark = pytest.mark.usefixtures("cloud")
SCHEDULED = 8


def told(job: Job, endpoint: Endpoint) -> dict[str, Any]:
    return order.request(Address(job.event_id, endpoint.id), "scheduled", job.account)


def current(endpoint: Endpoint) -> Endpoint:
    found = endpoints.get(endpoint.account, endpoint.id)
    assert found
    return found


def logged(job: Job, endpoint: Endpoint) -> deliveries.Delivery:
    found = deliveries.get(Address(job.event_id, endpoint.id))
    assert found
    return found


class Bus:
    """What was put on the event bus."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Any]] = []

    def note(self, params: Any, **_: Any) -> None:
        for entry in json.loads(params["body"])["Entries"]:
            self.events.append((entry["DetailType"], json.loads(entry["Detail"])))

    def of(self, kind: str) -> list[Any]:
        return [detail for name, detail in self.events if name == kind]


@pytest.fixture
def bus(cloud: Any) -> Any:
    noted = Bus()
    with hooked("before-call.events.PutEvents", noted.note):
        yield noted


# ---------------------------------------------------------------- who is told


def test_urls_of_the_request_and_subscribed_endpoints_are_told_once_each(receiver: Receiver) -> None:
    """An endpoint with the URL of the request is another receiver: it checks with another secret."""
    url = receiver.url("/hook")
    everything, failures, off = saved(url), saved(url, "job.failed"), saved(url)
    endpoints.update("acme", off.id, enabled=False, now=1)
    saved(url, account="other")
    job = ended_job(url)
    [(name, request)] = [(n, r) for n, r in started().items() if n.startswith("job_")]
    assert name == f"{job.id}-1"
    assert [each["recipient"] for each in request["deliveries"]] == [0, everything.id]
    batch = store.get_batch(job.token)
    assert batch
    again = finish.aggregate({"batch_id": batch.id})["deliveries"]
    assert [each["recipient"] for each in again] == [0, everything.id]
    failed = ended_job(failure=Failure("NO_AUDIO", "There is no sound in it"))
    [request] = [r for n, r in started().items() if n.startswith(failed.id)]
    assert {each["recipient"] for each in request["deliveries"]} == {everything.id, failures.id}


def test_nobody_subscribed_and_no_url_starts_nothing_for_a_job() -> None:
    job = ended_job()
    assert not [name for name in started() if name.startswith("job_")]
    assert finish.aggregate({"batch_id": f"batch_{job.token}000"}) == {"deliveries": []}


def test_a_job_that_came_alone_is_no_batch_to_an_endpoint() -> None:
    saved("https://example.com/hook")
    new = submit.Submission("acme", "audio", "audio_v1", [NewJob({})], single=True)
    batch = submit.submit(new).batch
    job = store.claim(batch.token, 1, now=now_ms(), lease_until=now_ms() + 60_000).job
    assert job
    finish.settle(store.complete(job, OUTCOME, now=now_ms()).job)
    assert finish.aggregate({"batch_id": batch.id}) == {"deliveries": []}


def test_an_endpoint_checks_with_its_own_secret(receiver: Receiver, clock: FakeClock) -> None:
    endpoint, secret = endpoints.create("acme", receiver.url("/hook"), (), "", clock())
    job = ended_job()
    assert play(told(job, endpoint), clock) == ["delivered"]
    [call] = receiver.calls
    assert Webhook(secret).verify(call.body, call.headers)["jobId"] == job.id
    assert logged(job, endpoint).status == "delivered"


def test_a_changed_url_counts_at_the_next_attempt(receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.program("/old", 500))
    job = ended_job()
    request = attempt(told(job, endpoint), clock)
    endpoints.update("acme", endpoint.id, url=receiver.url("/new"), now=clock())
    assert attempt(request, clock)["outcome"] == "delivered"
    assert [call.path for call in receiver.calls] == ["/old", "/new"]


# ---------------------------------------------------------------- gone or away meanwhile


@pytest.mark.parametrize(("moment", "calls"), [(0, 0), (1, 1)], ids=["before", "between"])
@pytest.mark.parametrize("how", ["disabled", "deleted"])
def test_an_endpoint_that_is_off_is_not_called(
    receiver: Receiver, clock: FakeClock, how: str, moment: int, calls: int
) -> None:
    endpoint = saved(receiver.program("/hook", 500))
    job = ended_job()
    request = told(job, endpoint)
    for _ in range(moment):
        request = attempt(request, clock)
    if how == "disabled":
        endpoints.update("acme", endpoint.id, enabled=False, now=clock())
    else:
        endpoints.delete("acme", endpoint.id)
    assert attempt(request, clock)["outcome"] == "cancelled"
    assert len(receiver.calls) == calls
    row = logged(job, endpoint)
    assert (row.attempts, row.url) == (moment, receiver.url("/hook") if moment else None)
    assert (row.status, row.reason, row.next_attempt_at) == ("cancelled", f"endpoint_{how}", None)


def test_an_endpoint_that_is_disabled_while_it_is_called(receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.program("/hook", 500))
    job = ended_job()

    def switch_off(**_: Any) -> None:
        endpoints.update("acme", endpoint.id, enabled=False, now=clock())

    request = told(job, endpoint)
    with hooked("before-call.dynamodb.PutItem", switch_off):
        assert attempt(request, clock)["outcome"] == "retry"
    assert attempt(request | {"attempt": 2}, clock)["outcome"] == "cancelled"
    assert [made.status for made in attempts.of(Address(job.event_id, endpoint.id))] == [500]


# ---------------------------------------------------------------- switching an endpoint off


def test_410_disables_at_once(receiver: Receiver, clock: FakeClock, bus: Bus) -> None:
    endpoint = saved(receiver.program("/hook", 410))
    job = ended_job()
    assert play(told(job, endpoint), clock) == ["gave_up"]
    assert current(endpoint).disabled_reason == "gone"
    assert current(endpoint).failing_since == clock()
    assert logged(job, endpoint).status == "failed"
    [event] = bus.of("webhook.endpoint_disabled")
    assert (event["version"], event["account"], event["endpoint_id"]) == (1, "acme", endpoint.id)
    assert (event["reason"], "since" in event) == ("gone", True)


def test_repeated_failure_disables_after_so_many_days(receiver: Receiver, clock: FakeClock, bus: Bus) -> None:
    endpoint = saved(receiver.program("/hook", *[500] * 99))
    began = clock()
    assert play(told(ended_job(), endpoint), clock) == ["retry"] * (SCHEDULED - 1) + ["gave_up"]
    assert current(endpoint).enabled
    assert current(endpoint).failing_since == began
    clock.now = began + FAILING_DAYS * 24 * 3600 * 1000
    last = ended_job()
    assert play(told(last, endpoint), clock)[-1] == "gave_up"
    assert current(endpoint).disabled_reason == "failing"
    assert len(bus.of("webhook.endpoint_disabled")) == 1
    assert len(bus.of("webhook.exhausted")) == 2
    assert attempt(told(ended_job(), endpoint), clock)["outcome"] == "cancelled"


def test_failing_so_long_is_not_enough_while_attempts_are_left(receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.program("/hook", 500))
    endpoints.failed(endpoint, clock() - 2 * FAILING_DAYS * 24 * 3600 * 1000)
    assert attempt(told(ended_job(), endpoint), clock)["outcome"] == "retry"
    assert current(endpoint).enabled


def test_sporadic_failure_disables_nothing(receiver: Receiver, clock: FakeClock, bus: Bus) -> None:
    """One success between, and it counts from the start."""
    endpoint = saved(receiver.program("/hook", *[500] * SCHEDULED, 200, *[500] * SCHEDULED))
    assert play(told(ended_job(), endpoint), clock)[-1] == "gave_up"
    clock.forward((FAILING_DAYS - 2) * 24 * 3600)
    assert play(told(ended_job(), endpoint), clock) == ["delivered"]
    assert current(endpoint).failing_since is None
    clock.forward(24 * 3600)
    assert play(told(ended_job(), endpoint), clock)[-1] == "gave_up"
    assert current(endpoint).enabled
    assert bus.of("webhook.endpoint_disabled") == []


def test_a_success_elsewhere_during_the_last_attempt_saves_it(receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.program("/hook", 500))
    long_ago = clock() - 2 * FAILING_DAYS * 24 * 3600 * 1000
    endpoints.failed(endpoint, long_ago)

    def succeed(**_: Any) -> None:
        endpoints.succeeded(current(endpoint), clock())

    with hooked("before-call.dynamodb.PutItem", succeed):
        attempt(told(ended_job(), endpoint) | {"attempt": SCHEDULED}, clock)
    assert current(endpoint).enabled


# ---------------------------------------------------------------- giving up, tests


def test_the_operator_is_told_of_what_was_given_up(receiver: Receiver, clock: FakeClock, bus: Bus) -> None:
    """The query of a URL may hold a secret, so it is in neither event nor log."""
    job = ended_job(receiver.program("/hook", *[500] * 9) + "?token=secret")
    request = order.request(Address(job.event_id, "0"), "scheduled", "acme")
    outcomes = play(request, clock)
    assert outcomes == ["retry"] * (SCHEDULED - 1) + ["gave_up"]
    assert len(receiver.calls) == SCHEDULED
    [event] = bus.of("webhook.exhausted")
    assert event["url"] == receiver.url("/hook")
    assert (event["delivery_id"], event["endpoint_id"]) == (f"dlv_{job.event_id[4:]}_0", None)
    assert (event["attempts"], event["last_status"], event["event"]) == (SCHEDULED, 500, "job.completed")
    row = deliveries.get(Address(job.event_id, "0"))
    assert row
    assert (row.status, row.url, row.attempts) == ("failed", receiver.url("/hook"), SCHEDULED)


def test_a_test_is_tried_once_and_a_failed_one_counts_for_nothing(
    receiver: Receiver, clock: FakeClock, bus: Bus
) -> None:
    endpoint = saved(receiver.program("/hook", 500), "job.failed")
    request = order.request(Address("evt_test_01ab", endpoint.id), "scheduled", "acme")
    assert play(request, clock) == ["gave_up"]
    [call] = receiver.calls
    assert json.loads(call.body)["event"] == "webhook.test"
    assert call.headers["webhook-id"] == "evt_test_01ab"
    assert current(endpoint).failing_since is None
    assert bus.events == []


def test_another_accounts_endpoint_is_not_tested(receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.url("/hook"))
    request = order.request(Address("evt_test_01ab", endpoint.id), "scheduled", "other")
    assert play(request, clock) == ["cancelled"]
    assert receiver.calls == []


def test_an_event_of_an_attempt_that_is_not_the_jobs_last_is_not_told(
    receiver: Receiver, clock: FakeClock
) -> None:
    endpoint = saved(receiver.url("/hook"))
    job = ended_job()
    assert play(order.request(Address(job.event_id[:-1] + "7", endpoint.id), "scheduled", "acme"), clock) == [
        "cancelled"
    ]


@pytest.mark.parametrize("answer", [Reply(307, {"Location": "/second"}), Reply(200, body=b"y" * 9000)])
def test_a_redirect_is_on_record_and_answers_are_cut(
    receiver: Receiver, clock: FakeClock, answer: Reply
) -> None:
    endpoint = saved(receiver.program("/hook", answer))
    job = ended_job()
    attempt(told(job, endpoint), clock)
    [made] = attempts.of(Address(job.event_id, endpoint.id))
    assert made.status == answer.status
    assert len(made.answer) <= attempts.ANSWER_BYTES
    assert [call.path for call in receiver.calls] == ["/hook"]


def test_an_address_that_became_private_is_refused_at_the_attempt(
    receiver: Receiver, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = saved(receiver.url("/hook"))
    job = ended_job()
    monkeypatch.setenv("BATCHREEL_DANGEROUS_ALLOW_NETS", "")
    settings.cache_clear()
    assert attempt(told(job, endpoint), clock)["outcome"] == "retry"
    assert receiver.calls == []
    assert [made.status for made in attempts.of(Address(job.event_id, endpoint.id))] == [0]
