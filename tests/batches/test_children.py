from __future__ import annotations

import pytest

from chalicelib.batches import children, ids, listing, store, watchdog
from chalicelib.batches.model import BatchStatus, JobStatus
from chalicelib.errors import LeaseLost
from chalicelib.settings import settings
from tests.batches.aws_faults import refusing
from tests.batches.driver import accept, loaded, open_batches, work_off
from tests.conftest import Cloud

pytestmark = pytest.mark.usefixtures("engine")


def test_a_job_can_end_with_a_batch_of_its_own(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "list", webhooks=["https://example.com/hook"], metadata={"course": "7"})
    work_off(cloud.clock)
    batch, [job] = loaded(accepted)
    assert (batch.status, batch.total) == (BatchStatus.COMPLETED, 1)
    assert job.outcome
    address = ids.parse(job.outcome["child"])
    assert address
    child = store.load(address.token)
    assert child
    assert (child[0].total, child[0].parent, child[0].account) == (3, job.id, "acme")
    assert child[0].metadata == {"course": "7"}
    assert child[0].webhooks == ("https://example.com/hook",)
    assert child[1][2].same_as == 1
    work_off(cloud.clock)
    again = store.load(address.token)
    assert again
    assert again[0].status is BatchStatus.PARTIAL_FAILURE


def test_a_full_queue_lets_the_job_try_later(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    accepted = accept(cloud.clock, "list")
    monkeypatch.setenv("BATCHREEL_QUEUE_LIMIT", "1")
    settings.cache_clear()
    [pause] = work_off(cloud.clock)
    assert pause
    [job] = loaded(accepted)[1]
    assert job.error
    assert (job.error.code, job.error.retryable) == ("QUEUE_FULL", True)


def test_a_child_batch_that_was_not_enqueued_is_still_one(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "list")
    with refusing("sqs", "SendMessageBatch"):
        work_off(cloud.clock)
    [job] = loaded(accepted)[1]
    assert job.outcome


def test_an_attempt_that_was_overtaken_makes_no_batch(cloud: Cloud) -> None:
    """A worker that was frozen for longer than its lease: a later attempt makes the child batch."""
    accepted = accept(cloud.clock, "list", webhooks=["https://example.com/hook"])
    now = cloud.clock.now
    first = store.claim(accepted.batch.token, 1, now=now, lease_until=now + 1000).job
    cloud.clock.forward(2)
    second = store.claim(accepted.batch.token, 1, now=cloud.clock.now, lease_until=now + 9000).job
    assert first
    assert second
    with pytest.raises(LeaseLost):
        children.submit(first, [{"do": "ok"}], cloud.clock)
    made = children.submit(second, [{"do": "ok"}], cloud.clock)
    assert children.submit(second, [{"do": "ok"}], cloud.clock) == made
    everything = listing.batches("acme", "audio_v1", limit=9, offset=0).items
    assert [batch.id for batch in everything if batch.parent] == [made]


def test_a_child_batch_may_fill_its_transactions(cloud: Cloud) -> None:
    """A transaction holds 100 actions: 98 jobs, the batch, and a look at the parent."""
    accepted = accept(cloud.clock, "list")
    now = cloud.clock.now
    parent = store.claim(accepted.batch.token, 1, now=now, lease_until=now + 1000).job
    assert parent
    made = ids.parse(children.submit(parent, [{"do": str(n)} for n in range(196)], cloud.clock))
    assert made
    child = store.load(made.token)
    assert child
    assert len(child[1]) == child[0].total == 196


def test_the_next_of_a_serial_batch_waits_for_the_videos_of_a_list(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "list", "ok", parallel=False)
    work_off(cloud.clock)
    parent, after = loaded(accepted)[1]
    assert (parent.status, after.held) == (JobStatus.COMPLETED, True)
    for _ in range(2):  # of the child's three jobs two are the same; they, too, run one by one
        cloud.clock.forward(61)
        watchdog.sweep(cloud.clock)
        assert loaded(accepted)[1][1].held
        assert work_off(cloud.clock) == [None]
    assert not loaded(accepted)[1][1].held
    work_off(cloud.clock)
    assert loaded(accepted)[0].status is BatchStatus.COMPLETED
    assert open_batches(cloud.clock) == []
