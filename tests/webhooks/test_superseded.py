"""A delivery about an end that is no longer one: the job was retried meanwhile."""

from __future__ import annotations

import pytest

from chalicelib.batches import finish, retrying, store
from chalicelib.batches.model import Failure, Job
from chalicelib.clock import now_ms
from chalicelib.errors import Conflict
from chalicelib.webhooks import deliveries, order, resend
from chalicelib.webhooks.addresses import Address
from chalicelib.webhooks.deliver import deliver
from tests.clock import FakeClock
from tests.stand_ins.web import Receiver
from tests.webhooks.ended import RENDERER, ended_job, saved

pytestmark = pytest.mark.usefixtures("cloud")
FAILURE = Failure("DOWNLOAD_FAILED", "The host is away", retryable=True)


def retry(job: Job) -> None:
    finish.aggregate({"batch_id": f"batch_{job.token}000", "round": 0})
    loaded = store.load(job.token)
    assert loaded
    retrying.retry(*loaded)


@pytest.mark.parametrize("told", ["job.failed", "batch.completed"])
@pytest.mark.parametrize("tried", [True, False])
def test_it_is_not_made_and_says_why(receiver: Receiver, clock: FakeClock, told: str, tried: bool) -> None:
    endpoint = saved(receiver.program("/hook", 500))
    job = ended_job(failure=FAILURE)
    event_id = job.event_id if told == "job.failed" else f"evt_{job.token}000_0"
    address = Address(event_id, endpoint.id)
    request = order.request(address, "scheduled", "acme")
    if tried:
        request = deliver(request, RENDERER, clock)
        assert request["outcome"] == "retry"
    retry(job)
    for ended_again in (False, True):
        if ended_again:
            again = store.claim(job.token, 1, now=now_ms(), lease_until=now_ms() + 60_000).job
            assert again
            finish.settle(store.fail(again, FAILURE, now=now_ms()).job)
        assert deliver(request, RENDERER, clock)["outcome"] == "cancelled"
        assert len(receiver.calls) == int(tried)
        row = deliveries.get(address)
        assert row
        assert (row.status, row.reason, row.event_type) == ("cancelled", "superseded", told)
    with pytest.raises(Conflict) as refused:
        resend.resend("acme", address, "0" * 16)
    assert refused.value.code == "SUPERSEDED"
