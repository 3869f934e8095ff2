"""Many workers for one account, against tables that are exact under threads: never one job too many."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.batches import kinds, line, slots, store, work
from chalicelib.batches.model import NewJob
from chalicelib.batches.submit import Accepted, Submission, submit
from chalicelib.clock import now_ms
from chalicelib.settings import settings
from infra.local.stack import LocalStack
from tests.batches import echo_kind
from tests.batches.driver import Context, receive
from tests.local.test_races import in_parallel


@pytest.fixture(autouse=True)
def _echo(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in stack.env.items():
        monkeypatch.setenv(name, value)
    aws.forget()
    made = aws.sqs().create_queue(
        QueueName="echo-normal",
        Attributes={"VisibilityTimeout": "43200"},  # the test itself delivers twice
    )["QueueUrl"]
    monkeypatch.setenv("BATCHREEL_QUEUE_URL_ECHO_NORMAL", made)
    monkeypatch.setitem(kinds.RUNNERS, "echo", "tests.batches.echo_kind")
    settings.cache_clear()
    echo_kind.runs.clear()
    yield
    for client in (aws.dynamodb(), aws.sqs(), aws.stepfunctions(), aws.events()):
        client.close()
    aws.forget()


def accepted(account: str, jobs: int, concurrent: int) -> Accepted:
    new = Submission(account, "echo", "audio_v1", [NewJob({"do": "ok"})] * jobs, concurrent=concurrent)
    return submit(new, now_ms)


def test_of_fifty_who_want_a_slot_as_many_get_one_as_there_are() -> None:
    jobs = accepted("slots", 50, 7).jobs
    taken = in_parallel(50, lambda number: slots.take(jobs[number]))
    assert sum(taken) == 7
    freed = in_parallel(50, lambda number: slots.free(jobs[number], 1))
    assert freed == taken
    receive()


class Watch:
    """How many jobs run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = 0
        self.most = 0

    def __call__(self, _: str) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        for _turn in range(4):  # calls that let the others go on
            line.members("busy")
        with self._lock:
            self._now -= 1


def work_off(messages: Sequence[dict[str, Any]], worker: int) -> None:
    for message in messages[worker::50]:
        work.process(message["body"], Context())


def test_fifty_workers_never_run_one_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each message twice, to workers that all begin at once; then what they have called, until all is
    done."""
    batch = accepted("busy", 24, 4)
    watch = Watch()
    monkeypatch.setattr(echo_kind, "meanwhile", watch)
    while messages := receive() * 2:
        in_parallel(50, partial(work_off, messages))
    assert watch.most <= 4
    assert sorted(echo_kind.runs) == sorted(job.id for job in batch.jobs)
    found = store.get_batch(batch.batch.token)
    assert found
    assert found.ended_at is not None
    assert line.members("busy") == frozenset()
    assert all(slots.take(job) for job in batch.jobs[:4])  # all four are free
