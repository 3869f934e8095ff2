"""What ended badly runs again under the options it was sent with; what is completed does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.batches import cancelling, finish, items, reopening, retrying, store, watchdog, work
from chalicelib.batches.model import BatchStatus, Failure, Job, JobStatus, NewJob
from chalicelib.batches.sizes import size
from chalicelib.batches.submit import Accepted, submit
from chalicelib.errors import Conflict, QueueFull, RequestInProgress, StillTold
from chalicelib.settings import settings
from tests.batches import echo_kind
from tests.batches.aws_faults import hooked, refusing
from tests.batches.driver import (
    Context,
    accept,
    executions,
    loaded,
    open_batches,
    receive,
    submission,
    work_off,
)
from tests.batches.rounds import retry, run, statuses, tell
from tests.batches.stored import rows
from tests.batches.transactions_seen import transactions
from tests.conftest import Cloud

pytestmark = pytest.mark.usefixtures("engine")
HOOK = ["https://example.com/hook"]
QUEUED, FAILED, COMPLETED = JobStatus.QUEUED, JobStatus.FAILED, JobStatus.COMPLETED


def ended(cloud: Cloud, *wishes: str, **options: Any) -> Accepted:
    accepted = accept(cloud.clock, *wishes, **options)
    run(cloud.clock)
    assert loaded(accepted)[0].ended_at
    return accepted


def test_only_what_failed_runs_and_its_old_end_stays_in_its_history(cloud: Cloud) -> None:
    accepted = ended(cloud, "ok", "fail", webhooks=HOOK)
    batch, [done, job] = loaded(accepted)
    cloud.clock.forward(100)
    retry(accepted, cloud.clock)
    opened, [same, again] = loaded(accepted)
    assert same == done
    assert (again.status, again.request, again.webhooks) == (QUEUED, job.request, job.webhooks)
    assert (again.attempts, again.tries, again.progress, again.facts) == (0, 0, 0, {})
    assert (again.error, again.started_at, again.ended_at, again.expires_at) == (None,) * 4
    assert (opened.status, opened.round) == (BatchStatus.PROCESSING, 1)
    assert (set(opened.done), set(opened.failed)) == ({1}, set())
    assert (opened.ended_at, opened.expires_at, opened.results_key) == (None,) * 3
    assert open_batches(cloud.clock) == [batch.token]
    echo_kind.mended = True
    run(cloud.clock)
    closed, [_, mended] = loaded(accepted)
    assert (closed.status, mended.status, mended.attempts) == (BatchStatus.COMPLETED, COMPLETED, 1)
    [past] = mended.history
    assert (past.round, past.attempts, past.status, past.error) == (0, 1, FAILED, job.error)
    assert past.ended_at == job.ended_at
    assert echo_kind.runs == [done.id, job.id, job.id]
    assert open_batches(cloud.clock) == []


def test_each_end_is_an_event_of_its_own(cloud: Cloud) -> None:
    accepted = ended(cloud, "fail", webhooks=HOOK)
    names = set(executions())
    seen = {loaded(accepted)[1][0].event_id, loaded(accepted)[0].event_id}
    for _ in range(2):
        retry(accepted, cloud.clock)
        cancelling.cancel_job(loaded(accepted)[1][0], cloud.clock)  # without having run
        batch, [job] = loaded(accepted)
        assert not seen & {job.event_id, batch.event_id}
        assert not names & {f"{job.id}-{job.attempt}", f"{batch.id}-{batch.round}"}
        seen |= {job.event_id, batch.event_id}
        names |= {f"{job.id}-{job.attempt}", f"{batch.id}-{batch.round}"}
        assert set(executions()) == names
    assert [past.status.value for past in loaded(accepted)[1][0].history] == ["failed", "cancelled"]


def test_a_retried_job_has_all_its_tries_again(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "retry")
    for _ in range(3):
        work.process(f'{{"job": "{accepted.jobs[0].id}"}}', Context(), cloud.clock)
    assert statuses(accepted) == [FAILED]
    retry(accepted, cloud.clock)
    for attempt in range(1, 4):
        assert statuses(accepted) == [QUEUED]
        work.process(f'{{"job": "{accepted.jobs[0].id}"}}', Context(), cloud.clock)
        assert loaded(accepted)[1][0].attempts == attempt
    assert statuses(accepted) == [FAILED]


def test_a_history_is_bounded(cloud: Cloud) -> None:
    accepted = ended(cloud, "fail")
    for _ in range(12):
        retry(accepted, cloud.clock)
        run(cloud.clock, 1)
    assert [past.round for past in loaded(accepted)[1][0].history] == list(range(2, 12))


def test_cancelled_ones_are_retried_too_or_those_that_are_named(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "fail", "ok", "fail")
    cancelling.cancel_job(loaded(accepted)[1][1], cloud.clock)
    run(cloud.clock)
    retry(accepted, cloud.clock, {3})
    assert statuses(accepted) == [FAILED, JobStatus.CANCELLED, QUEUED]
    run(cloud.clock)
    retry(accepted, cloud.clock)
    assert statuses(accepted) == [QUEUED] * 3
    run(cloud.clock)
    assert statuses(accepted) == [FAILED, COMPLETED, FAILED]
    assert loaded(accepted)[0].round == 2


def refused(accepted: Accepted, cloud: Cloud, only: set[int] | None = None) -> str:
    before = rows(accepted.batch.token)
    with pytest.raises(Conflict) as refusal:
        retrying.retry(*loaded(accepted), only, cloud.clock)
    assert rows(accepted.batch.token) == before
    return f"{refusal.value.code}: {refusal.value.message}"


def test_what_cannot_be_retried(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "ok", "fail", "ok")
    first, second, last = receive()
    for message in (first, second):
        work.process(message["body"], Context(), cloud.clock)
    assert refused(accepted, cloud).startswith("NOT_ENDED: The batch has not ended")
    work.process(last["body"], Context(), cloud.clock)
    tell(accepted)
    assert refused(accepted, cloud, {2, 3}).startswith(
        f"NOTHING_TO_RETRY: {accepted.jobs[2].id} is completed"
    )
    done = ended(cloud, "ok")
    tell(done)
    assert refused(done, cloud).startswith("NOTHING_TO_RETRY: Nothing has failed")


def test_the_end_of_the_round_before_is_told_first(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "fail")
    with pytest.raises(Exception, match="away"), refusing("stepfunctions", "StartExecution"):
        work_off(cloud.clock)
    assert executions() == []
    with pytest.raises(StillTold) as early:
        retrying.retry(*loaded(accepted), None, cloud.clock)
    assert (early.value.code, early.value.retry_after) == ("NOT_ENDED", 2)
    assert executions() == [f"{accepted.batch.id}-0"]
    retry(accepted, cloud.clock)
    assert statuses(accepted) == [QUEUED]


def test_what_is_told_late_says_nothing_of_the_next_round(cloud: Cloud) -> None:
    accepted = ended(cloud, "fail", webhooks=HOOK)
    retry(accepted, cloud.clock)
    assert finish.aggregate({"batch_id": accepted.batch.id, "round": 0}) == {"deliveries": []}
    assert finish.aggregate({"batch_id": accepted.batch.id}) == {"deliveries": []}
    assert loaded(accepted)[0].results_key is None
    run(cloud.clock)
    [told] = finish.aggregate({"batch_id": accepted.batch.id, "round": 1})["deliveries"]
    assert told["event_id"] == accepted.batch.id.replace("batch_", "evt_") + "_1"


def test_whoever_read_the_round_before_changes_nothing_of_the_next(cloud: Cloud) -> None:
    accepted = ended(cloud, "fail", "fail", "ok", merge_equal=True, parallel=False, webhooks=HOOK)
    batch, jobs = loaded(accepted)
    retry(accepted, cloud.clock)
    before, names = rows(batch.token), executions()
    for job in jobs:
        finish.settle(job, cloud.clock)
    finish.close_if_complete(batch, cloud.clock)
    store.set_files(batch, results_key="a", errors_key="b")
    watchdog.repair(batch, jobs, lambda *_: 0, cloud.clock)
    for job in jobs[:2]:
        assert not store.fail(job, Failure("LATE", "late"), now=0).won
    assert rows(batch.token) == before
    assert executions() == names
    assert open_batches(cloud.clock) == [batch.token]


def test_of_equals_that_failed_together_one_runs_again(cloud: Cloud) -> None:
    accepted = ended(cloud, "fail", "fail", "fail", merge_equal=True)
    echo_kind.runs.clear()
    echo_kind.mended = True
    retry(accepted, cloud.clock)
    assert [(job.same_as, job.held) for job in loaded(accepted)[1]] == [(None, False), (1, True), (1, True)]
    run(cloud.clock)
    assert statuses(accepted) == [COMPLETED] * 3
    assert len(echo_kind.runs) == 1


def test_an_equal_one_whose_leader_does_not_run_again_runs_itself(cloud: Cloud) -> None:
    accepted = ended(cloud, "fail", "fail", "fail", merge_equal=True)
    echo_kind.runs.clear()
    retry(accepted, cloud.clock, {2, 3})
    assert [job.held for job in loaded(accepted)[1]] == [False, False, False]
    run(cloud.clock)
    assert echo_kind.runs == [accepted.jobs[1].id, accepted.jobs[2].id]


def test_after_an_inheritance_the_heir_runs_for_the_others_again(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "fail", "fail", "fail", merge_equal=True)
    cancelling.cancel_job(loaded(accepted)[1][0], cloud.clock)
    run(cloud.clock)
    echo_kind.runs.clear()
    retry(accepted, cloud.clock)
    run(cloud.clock)
    assert statuses(accepted) == [FAILED] * 3
    assert echo_kind.runs == [accepted.jobs[0].id, accepted.jobs[1].id]


def test_a_serial_batch_is_retried_in_order(cloud: Cloud) -> None:
    accepted = ended(cloud, "fail", "ok", "fail", "fail", parallel=False)
    echo_kind.runs.clear()
    retry(accepted, cloud.clock)
    assert [job.held for job in loaded(accepted)[1]] == [False, False, True, True]
    watchdog.sweep(cloud.clock)
    for index in (0, 2, 3):
        assert echo_kind.runs == [accepted.jobs[n].id for n in (0, 2, 3) if n < index]
        work_off(cloud.clock)
    assert loaded(accepted)[0].ended_at


def test_a_video_of_a_playlist_is_retried_in_its_own_batch(cloud: Cloud) -> None:
    accepted = ended(cloud, "list")
    parent = loaded(accepted)[1][0]
    child = store.load(parent.child or "")
    assert child
    finish.aggregate({"batch_id": child[0].id, "round": 0})
    echo_kind.mended = True
    videos = found(parent)
    retrying.retry(videos[0], videos[1], None, cloud.clock)
    run(cloud.clock)
    assert found(parent)[0].status is BatchStatus.COMPLETED
    assert loaded(accepted)[0].round == 0


def found(parent: Job) -> Any:
    batch = store.load(parent.child or "")
    assert batch
    finish.aggregate({"batch_id": batch[0].id, "round": batch[0].round})
    return store.load(parent.child or "")


def test_a_playlist_that_was_cancelled_finds_the_batch_it_had_made(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "list")
    [message] = receive()

    def cancel(**_: object) -> None:
        job = loaded(accepted)[1][0]
        if job.child and job.status is JobStatus.PROCESSING:
            cancelling.cancel_job(job, cloud.clock)

    with hooked("before-call.sqs.SendMessageBatch", cancel):
        work.process(message["body"], Context(), cloud.clock)
    [job] = loaded(accepted)[1]
    assert job.status is JobStatus.CANCELLED
    retry(accepted, cloud.clock)
    run(cloud.clock)
    again = loaded(accepted)[1][0]
    assert again.outcome == {"child": f"batch_{job.child}000"}


def test_a_transaction_holds_the_batch_and_as_many_jobs_as_it_can() -> None:
    assert reopening._CHUNK == 99


@pytest.fixture
def many(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Accepted:
    """Failed, all of them: more than fit into a transaction, if it took three writes and not a hundred."""
    monkeypatch.setattr(reopening, "_CHUNK", 2)
    return ended(cloud, *["fail"] * 5, merge_equal=True)


def test_more_than_a_transaction_takes(cloud: Cloud, many: Accepted) -> None:
    accepted = many
    echo_kind.mended = True
    retry(accepted, cloud.clock)
    batch = loaded(accepted)[0]
    assert (batch.retrying, batch.failed) == (frozenset(), frozenset())
    assert set(statuses(accepted)) == {QUEUED}
    run(cloud.clock)
    assert loaded(accepted)[0].status is BatchStatus.COMPLETED


def test_large_jobs_are_few_to_a_transaction(cloud: Cloud) -> None:
    """DynamoDB counts the whole of each item that is updated."""
    jobs = [NewJob({"do": "fail", "more": "x" * 45_000})] * 100
    accepted = submit(replace(submission("fail", merge_equal=True), jobs=jobs), cloud.clock)
    run(cloud.clock)
    with transactions() as seen:
        retry(accepted, cloud.clock)
    lengths = {items.sort_key(job.index): size(items.from_job(job, 0)) for job in loaded(accepted)[1]}
    touched = [[action["Update"]["Key"]["sk"]["S"] for action in actions] for actions in seen[-2:]]
    assert max(sum(lengths.get(key, 0) for key in keys) for keys in touched) < 4 * 1024 * 1024 - 400 * 1024
    assert sum(map(len, touched)) == 100 + len(["the batch", "once more"])
    assert set(statuses(accepted)) == {QUEUED}


def test_the_watchdog_brings_back_the_rest(cloud: Cloud, many: Accepted) -> None:
    accepted = many
    tell(accepted)
    with refusing("dynamodb", "TransactWriteItems", after=1):
        retrying.retry(*loaded(accepted), None, cloud.clock)
    batch = loaded(accepted)[0]
    assert len(batch.retrying) == 3
    assert not batch.complete
    work.process(f'{{"job": "{accepted.jobs[0].id}"}}', Context(), cloud.clock)
    assert loaded(accepted)[0].ended_at is None
    for _ in range(3):
        cloud.clock.forward(61)
        watchdog.sweep(cloud.clock)
        run(cloud.clock)
    batch, jobs = loaded(accepted)
    assert batch.ended_at
    assert {job.round for job in jobs} == {1}
    assert {len(job.history) for job in jobs} == {1}


def test_a_cancel_calls_off_what_is_still_to_be_retried(cloud: Cloud, many: Accepted) -> None:
    accepted = many
    tell(accepted)
    with refusing("dynamodb", "TransactWriteItems", after=1):
        retrying.retry(*loaded(accepted), None, cloud.clock)
    cancelling.cancel_batch(*loaded(accepted), cloud.clock)
    batch, jobs = loaded(accepted)
    assert (batch.ended_at, batch.retrying) == (cloud.clock.now, frozenset())
    assert (len(batch.cancelled), len(batch.failed)) == (2, 3)
    assert {job.round for job in jobs if job.status is FAILED} == {0}


def test_two_at_once_make_one_round(cloud: Cloud) -> None:
    accepted = ended(cloud, "fail")
    tell(accepted)
    once = [1]

    def overtake(**_: object) -> None:
        if once:
            once.clear()
            retry(accepted, cloud.clock)

    with (
        hooked("before-call.dynamodb.TransactWriteItems", overtake),
        pytest.raises(RequestInProgress),
    ):
        retrying.retry(*loaded(accepted), None, cloud.clock)
    assert loaded(accepted)[0].round == 1


def test_a_full_queue_takes_no_retries(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    accepted = ended(cloud, "fail")
    monkeypatch.setenv("BATCHREEL_QUEUE_LIMIT", "0")
    settings.cache_clear()
    with pytest.raises(QueueFull):
        retry(accepted, cloud.clock)
    assert statuses(accepted) == [FAILED]


def test_messages_that_are_lost_come_from_the_watchdog(cloud: Cloud) -> None:
    accepted = ended(cloud, "fail")
    with refusing("sqs", "SendMessageBatch"):
        retry(accepted, cloud.clock)
    url = aws.sqs().get_queue_url(QueueName=settings().queues["echo-normal"].rsplit("/", 1)[1])["QueueUrl"]
    assert not aws.sqs().receive_message(QueueUrl=url).get("Messages")
    cloud.clock.forward(61)
    watchdog.sweep(cloud.clock)
    run(cloud.clock)
    assert loaded(accepted)[1][0].attempts == 1
    assert statuses(accepted) == [FAILED]
