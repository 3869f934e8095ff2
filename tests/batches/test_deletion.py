from __future__ import annotations

from typing import Any

import pytest

from chalicelib.batches import deletion, finish, listing, objects, store, watchdog, work
from chalicelib.batches.submit import Accepted
from chalicelib.errors import IdempotencyConflict, ServiceUnavailable, StillRunning
from tests.batches import echo_kind
from tests.batches.aws_faults import hooked, refusing
from tests.batches.driver import Context, accept, loaded, open_batches, receive, submission, work_off
from tests.batches.stored import keys, log_delivery, put, rows, to_be_looked_at
from tests.conftest import Cloud

pytestmark = pytest.mark.usefixtures("engine")
HOOK = ["https://example.com/hook"]
SECRETS = {"metadata": {"patient": "4711"}, "key": "k1"}


def ended(cloud: Cloud, *wishes: str, **options: Any) -> Accepted:
    """With all that a batch can leave behind."""
    accepted = accept(cloud.clock, *wishes, webhooks=HOOK, **options)
    work_off(cloud.clock)
    finish.aggregate({"batch_id": accepted.batch.id})
    batch, jobs = loaded(accepted)
    for job in jobs:
        put(f"{objects.of_job(job)}1/audio.mp3")
        put(f"{objects.of_job(job)}2/audio.mp3")
        put(echo_kind.sent(job.id))
    log_delivery(batch, cloud.clock.now)
    return accepted


def delete(cloud: Cloud, accepted: Accepted) -> bool:
    return deletion.delete(*loaded(accepted), cloud.clock)


def gone(token: str) -> bool:
    return store.get_batch(token) is None and store.load(token) is None


def test_all_of_a_batch_goes_and_nothing_of_another(cloud: Cloud) -> None:
    other = ended(cloud, "ok", "fail")
    there = (rows(other.batch.token), keys())
    accepted = ended(cloud, "ok", *["fail"] * 29, **SECRETS)
    token = accepted.batch.token
    assert (len(rows(token)), len(keys(token))) == (33, 92)
    assert delete(cloud, accepted)
    assert gone(token)
    assert (rows(other.batch.token), keys()) == there
    assert [batch.id for batch in listing.batches("acme", "audio_v1", limit=9, offset=0).items] == [
        other.batch.id
    ]


def test_what_is_remembered_for_two_days_holds_nothing_that_was_said(cloud: Cloud) -> None:
    accepted = ended(cloud, "ok", **SECRETS)
    assert delete(cloud, accepted)
    [stone] = rows(accepted.batch.token)
    assert not {"webhooks", "metadata", "fingerprint", "results_key", "errors_key", "done"} & set(stone)
    assert stone["deleted_at"] == cloud.clock.now
    assert stone["ttl"] == cloud.clock.now // 1000 + 2 * 24 * 3600


@pytest.mark.parametrize("single", [True, False])
def test_what_still_runs_is_not_deleted(cloud: Cloud, single: bool) -> None:
    accepted = accept(cloud.clock, "ok", single=single)
    with pytest.raises(StillRunning, match="The job has not" if single else "The batch has not"):
        delete(cloud, accepted)
    work_off(cloud.clock)
    assert delete(cloud, accepted)


def test_a_child_batch_goes_with_its_parent(cloud: Cloud) -> None:
    accepted = ended(cloud, "list")
    [parent] = loaded(accepted)[1]
    assert parent.child
    with pytest.raises(StillRunning, match=f"batch_{parent.child}000, which {parent.id} has asked for"):
        delete(cloud, accepted)
    work_off(cloud.clock)
    put(f"jobs/2d/job_{parent.child}001/1/a")
    assert delete(cloud, accepted)
    assert gone(parent.child)
    assert len(rows(parent.child)) == 1
    assert keys(parent.child) == []


def test_a_child_batch_may_go_before_its_parent(cloud: Cloud) -> None:
    accepted = ended(cloud, "list")
    work_off(cloud.clock)
    [parent] = loaded(accepted)[1]
    child = store.load(parent.child or "")
    assert child
    assert deletion.delete(*child, cloud.clock)
    assert loaded(accepted)[1] == [parent]
    assert delete(cloud, accepted)


def test_of_two_who_delete_one_does(cloud: Cloud) -> None:
    accepted = ended(cloud, "ok")
    seen = loaded(accepted)
    assert deletion.delete(*seen, cloud.clock)
    assert not deletion.delete(*seen, cloud.clock)


@pytest.mark.parametrize(
    ("service", "operation"),
    [("s3", "DeleteObjects"), ("s3", "ListObjectsV2"), ("dynamodb", "BatchWriteItem"), ("dynamodb", "Query")],
)
def test_the_watchdog_goes_on_where_aws_failed(cloud: Cloud, service: str, operation: str) -> None:
    accepted = ended(cloud, "ok", "fail")
    seen = loaded(accepted)
    with refusing(service, operation):
        assert deletion.delete(*seen, cloud.clock)
    token = accepted.batch.token
    assert gone(token)
    assert len(rows(token)) > 1
    cloud.clock.forward(61)
    assert watchdog.sweep(cloud.clock) == {"seen": 1, "broken": 0}
    assert (len(rows(token)), keys(token)) == (1, [])


def test_the_watchdog_leaves_a_deletion_that_is_under_way_to_its_call(cloud: Cloud) -> None:
    with refusing("s3", "ListObjectsV2"):
        assert delete(cloud, ended(cloud, "ok"))
    cloud.clock.forward(59)
    assert watchdog.sweep(cloud.clock) == {"seen": 0, "broken": 0}


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("s3.DeleteObjects", {"Errors": [{"Key": "a", "Code": "InternalError"}]}),
        ("dynamodb.BatchWriteItem", {"UnprocessedItems": {"table": [{}]}}),
    ],
)
def test_what_aws_says_it_left_out_is_not_taken_for_done(
    cloud: Cloud, operation: str, answer: dict[str, Any]
) -> None:
    """Both say so in an answer that is no error."""
    accepted = ended(cloud, "ok")
    seen = loaded(accepted)
    with hooked(f"before-call.{operation}", lambda **_: (_Ok(), answer)):
        assert deletion.delete(*seen, cloud.clock)
        with pytest.raises(ServiceUnavailable):
            deletion.resume(accepted.batch.token, cloud.clock)
    assert to_be_looked_at() == [accepted.batch.token]
    deletion.resume(accepted.batch.token, cloud.clock)
    assert len(rows(accepted.batch.token)) == 1


class _Ok:
    status_code = 200


def test_what_is_written_late_goes_an_hour_after(cloud: Cloud) -> None:
    """By a worker that had lost its lease, a webhook under way, an export that was being made."""
    accepted = ended(cloud, "ok")
    batch, [job] = loaded(accepted)
    assert delete(cloud, accepted)
    put(f"{objects.of_job(job)}3/audio.mp3")
    put(f"{objects.of_batch(batch)}0/results.jsonl")
    log_delivery(batch, cloud.clock.now)
    cloud.clock.forward(3599)
    assert watchdog.sweep(cloud.clock)["seen"] == 0
    cloud.clock.forward(1)
    assert watchdog.sweep(cloud.clock) == {"seen": 1, "broken": 0}
    assert (len(rows(batch.token)), keys(batch.token), to_be_looked_at()) == (1, [], [])


def test_nothing_that_comes_late_brings_a_batch_back(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "ok", webhooks=HOOK)
    messages = receive()
    for message in messages:
        work.process(message["body"], Context(), cloud.clock)
    batch, jobs = loaded(accepted)
    assert deletion.delete(batch, jobs, cloud.clock)
    finish.settle(jobs[0], cloud.clock)
    finish.close_if_complete(batch, cloud.clock)
    store.enqueued(batch.token, now=cloud.clock.now)
    store.set_files(batch, results_key="a", errors_key="b")
    assert not store.complete(jobs[0], {}, now=cloud.clock.now).won
    for message in messages:
        assert work.process(message["body"], Context(), cloud.clock) is None
    assert finish.aggregate({"batch_id": batch.id}) == {"deliveries": []}
    assert open_batches(cloud.clock) == []
    [stone] = rows(batch.token)
    assert not {"results_key", "enqueued_at", "done"} & set(stone)
    assert to_be_looked_at() == [batch.token]


@pytest.mark.parametrize("hours", [0, 23])
def test_a_key_makes_no_second_batch_of_a_deleted_one(cloud: Cloud, hours: int) -> None:
    accepted = ended(cloud, "ok", key="k")
    assert delete(cloud, accepted)
    cloud.clock.forward(hours * 3600)
    with pytest.raises(IdempotencyConflict, match="was deleted: send a new key"):
        accept(cloud.clock, "ok", webhooks=HOOK, key="k")
    cloud.clock.forward((24 - hours) * 3600)
    again = accept(cloud.clock, "ok", webhooks=HOOK, key="k")
    assert (again.replayed, again.batch.token == accepted.batch.token) == (False, False)


def test_a_life_is_part_of_what_a_key_stands_for(cloud: Cloud) -> None:
    accept(cloud.clock, "ok", key="k", expires_after=3600)
    with pytest.raises(IdempotencyConflict):
        accept(cloud.clock, "ok", key="k", expires_after=7200)
    assert submission("ok").expires_after is None


def test_more_files_than_s3_lists_at_once(cloud: Cloud) -> None:
    accepted = ended(cloud, "ok")
    [job] = loaded(accepted)[1]
    for number in range(1001):
        put(f"{objects.of_job(job)}1/{number}")
    assert delete(cloud, accepted)
    assert keys(accepted.batch.token) == []
