from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.batches import open_index
from chalicelib.batches.model import JobStatus
from chalicelib.batches.submit import submit
from chalicelib.errors import IdempotencyConflict, QueueFull, RequestError, RequestInProgress
from chalicelib.settings import settings
from tests.batches.aws_faults import hooked, refusing
from tests.batches.driver import accept, loaded, receive, submission
from tests.batches.transactions_seen import transactions
from tests.conftest import Cloud

CONFLICT = {"Code": "TransactionConflict"}
pytestmark = pytest.mark.usefixtures("engine")


def test_a_batch_is_written_whole_and_enqueued(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "fail", webhooks=["https://example.com/hook"])
    batch, jobs = loaded(accepted)
    assert (batch.total, batch.account, batch.enqueued_at) == (2, "acme", cloud.clock.now)
    assert [job.status for job in jobs] == [JobStatus.QUEUED] * 2
    assert [job.request for job in jobs] == [{"do": "ok"}, {"do": "fail"}]
    assert jobs[0].webhooks == ("https://example.com/hook",)
    assert sorted(m["body"] for m in receive()) == sorted(f'{{"job": "{job.id}"}}' for job in jobs)


def test_many_jobs_need_several_transactions(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, *["ok"] * 230)
    batch, jobs = loaded(accepted)
    assert batch.total == len(jobs) == 230
    assert [job.index for job in jobs] == list(range(1, 231))
    assert len(receive()) == 230


def test_a_repeat_with_its_key_meets_its_own_batch(cloud: Cloud) -> None:
    first = accept(cloud.clock, "ok", "ok", key="k1")
    again = accept(cloud.clock, "ok", "ok", key="k1")
    assert not first.replayed
    assert again.replayed
    assert [job.id for job in again.jobs] == [job.id for job in first.jobs]
    assert len(receive()) == 2


def test_what_comes_before_is_of_the_first_request_alone(cloud: Cloud) -> None:
    done: list[str] = []
    before = [lambda: done.append("looked"), lambda: done.append("kept")]
    first = accept(cloud.clock, "ok", key="k1", before=before)
    assert done == ["looked", "kept"]
    again = accept(cloud.clock, "ok", key="k1", before=before)
    assert (again.batch.id, again.replayed, len(done)) == (first.batch.id, True, 2)
    with pytest.raises(IdempotencyConflict):
        accept(cloud.clock, "fail", key="k1", before=before)
    assert len(done) == 2


def test_what_comes_before_may_refuse_it(cloud: Cloud) -> None:
    def refuse() -> None:
        raise RequestError("not for you")

    done: list[str] = []
    with transactions() as seen, pytest.raises(RequestError, match="not for you"):
        accept(cloud.clock, "ok", key="k1", before=[refuse, lambda: done.append("kept")])
    assert (seen, done) == ([], [])


@pytest.mark.parametrize(("key", "reads"), [(None, 0), ("k1", 2)], ids=["without", "with"])
def test_only_who_sends_a_key_is_looked_for(cloud: Cloud, key: str | None, reads: int) -> None:
    """Under the tokens of two days, once."""
    seen: list[object] = []
    with hooked("before-call.dynamodb.GetItem", lambda **_: seen.append(1)):
        accept(cloud.clock, "ok", key=key)
    assert len(seen) == reads


def test_the_same_key_with_another_body_is_refused(cloud: Cloud) -> None:
    accept(cloud.clock, "ok", key="k1")
    with pytest.raises(IdempotencyConflict):
        accept(cloud.clock, "fail", key="k1")


def test_a_key_means_something_new_after_a_day(cloud: Cloud) -> None:
    first = accept(cloud.clock, "ok", key="k1")
    cloud.clock.forward(24 * 3600 + 1)
    second = accept(cloud.clock, "fail", key="k1")
    assert second.batch.id != first.batch.id
    assert accept(cloud.clock, "fail", key="k1").batch.id == second.batch.id


def test_another_account_or_path_has_keys_of_its_own(cloud: Cloud) -> None:
    one = submit(submission("ok", key="k1"), cloud.clock)
    changed: Any = submission("fail", key="k1")
    object.__setattr__(changed, "account", "other")
    assert submit(changed, cloud.clock).batch.id != one.batch.id


def test_a_request_that_crashed_half_way_is_finished_by_its_repeat(cloud: Cloud) -> None:
    """120 jobs take two transactions; the second of the first request fails."""
    with refusing("dynamodb", "TransactWriteItems", after=1), pytest.raises(ClientError):
        accept(cloud.clock, *["ok"] * 120, key="k1")
    assert receive() == []

    with pytest.raises(IdempotencyConflict):
        accept(cloud.clock, *["fail"] * 120, key="k1")
    again = accept(cloud.clock, *["ok"] * 120, key="k1")
    assert not again.replayed
    assert len(loaded(again)[1]) == 120
    assert len(receive()) == 120


def test_a_request_that_crashed_half_way_never_mixes_with_another(cloud: Cloud) -> None:
    """The same videos, but one after the other, or fewer: some would wait for a job that knows of none."""
    with refusing("dynamodb", "TransactWriteItems", after=1), pytest.raises(ClientError):
        accept(cloud.clock, *["ok"] * 120, key="k1")
    with pytest.raises(IdempotencyConflict):
        accept(cloud.clock, *["ok"] * 120, key="k1", parallel=False)
    with pytest.raises(IdempotencyConflict):
        accept(cloud.clock, *["ok"] * 50, key="k1")
    assert len(loaded(accept(cloud.clock, *["ok"] * 120, key="k1"))[1]) == 120


@pytest.mark.parametrize("terms", [{"expires_after": 7200}, {"concurrent": 2}], ids=["life", "concurrent"])
def test_what_was_left_half_written_keeps_no_terms_of_its_own(cloud: Cloud, terms: dict[str, Any]) -> None:
    """Its first jobs would expire before the rest, or wait in another line."""
    first: dict[str, Any] = {"key": "k1", "expires_after": 3600, "concurrent": 1}
    with refusing("dynamodb", "TransactWriteItems", after=1), pytest.raises(ClientError):
        accept(cloud.clock, *["ok"] * 120, **first)
    with pytest.raises(IdempotencyConflict, match="another life of its results, or under another plan"):
        accept(cloud.clock, *["ok"] * 120, **first | terms)
    found = loaded(accept(cloud.clock, *["ok"] * 120, **first))[1]
    assert {(job.expires_after, job.concurrent) for job in found} == {(3600, 1)}


def test_a_full_queue_says_when_to_come_back(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_QUEUE_LIMIT", "3")
    settings.cache_clear()
    accept(cloud.clock, "ok", "ok")
    with pytest.raises(QueueFull) as full:
        accept(cloud.clock, "ok", "ok")
    assert full.value.retry_after == 1  # one job too many, twenty workers, twenty seconds a job
    monkeypatch.setenv("BATCHREEL_WORKER_CONCURRENCY", "1")
    settings.cache_clear()
    with pytest.raises(QueueFull) as slower:
        accept(cloud.clock, "ok", "ok")
    assert slower.value.retry_after == 20


def test_a_replay_is_answered_even_when_the_queue_is_full(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(cloud.clock, "ok", key="k1")
    monkeypatch.setenv("BATCHREEL_QUEUE_LIMIT", "0")
    settings.cache_clear()
    assert accept(cloud.clock, "ok", key="k1").replayed


def test_a_key_is_the_same_over_midnight(cloud: Cloud) -> None:
    day = 24 * 3600 * 1000
    cloud.clock.now = cloud.clock.now // day * day - 1
    first = accept(cloud.clock, "ok", key="k1")
    cloud.clock.forward(60)
    again = accept(cloud.clock, "ok", key="k1")
    assert (again.batch.id, again.replayed) == (first.batch.id, True)


def test_a_replay_tells_the_estimate_of_the_first_answer(cloud: Cloud) -> None:
    accept(cloud.clock, *["ok"] * 60)
    first = accept(cloud.clock, "ok", key="k1")
    receive()
    again = accept(cloud.clock, "ok", key="k1")
    assert first.batch.estimated_seconds == again.batch.estimated_seconds == 80


def test_a_transaction_that_meets_another_is_a_race_and_no_failure(cloud: Cloud) -> None:
    """DynamoDB refuses the second of two transactions on one item, whatever its conditions say."""
    conflict = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": [CONFLICT]}

    def refuse(**_: Any) -> None:
        raise ClientError(conflict, "TransactWriteItems")  # type: ignore[arg-type]

    with hooked("before-call.dynamodb.TransactWriteItems", refuse), pytest.raises(RequestInProgress):
        accept(cloud.clock, "ok", key="k1")
    assert not accept(cloud.clock, "ok", key="k1").replayed


def test_accepted_even_if_it_cannot_be_marked_as_enqueued(cloud: Cloud) -> None:
    with refusing("dynamodb", "UpdateItem"):
        accepted = accept(cloud.clock, "ok")
    assert loaded(accepted)[0].enqueued_at is None
    assert len(receive()) == 1


def test_accepted_even_if_the_queue_does_not_answer(cloud: Cloud) -> None:
    with refusing("sqs", "SendMessageBatch"):
        accepted = accept(cloud.clock, "ok")
    batch, jobs = loaded(accepted)
    assert batch.enqueued_at is None
    assert jobs[0].status is JobStatus.QUEUED
    assert batch.token in list(open_index.tokens(open_index.OPEN, cloud.clock.now + 1))
