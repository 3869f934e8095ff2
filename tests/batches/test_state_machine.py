"""Anything that may happen to a batch, in any order, against a model of ten lines.

The model knows what callers were told: which jobs ended, how, and in which round. What it does not know of
(leases, messages, counts) must never change that, and in the end nothing is left open.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chalicelib import aws
from chalicelib.batches import cancelling, retrying, watchdog, work
from chalicelib.batches.model import MOVES, Batch, Job, JobStatus
from chalicelib.batches.submit import Accepted
from chalicelib.errors import RequestError
from chalicelib.settings import settings
from tests.batches.aws_faults import hooked
from tests.batches.driver import Context, accept, loaded, open_batches
from tests.batches.rounds import tell
from tests.clock import FakeClock
from tests.faults.crashes import Died, dying

WISHES = st.lists(st.sampled_from(["ok", "fail", "retry", "wait"]), min_size=1, max_size=3)
AGAIN = (JobStatus.FAILED, JobStatus.CANCELLED)
crashes = st.one_of(st.none(), st.tuples(st.integers(1, 12), st.sampled_from(["before-call", "after-call"])))


class Model:
    """`ends`: of each job of the round, once it was seen to have one."""

    def __init__(self, total: int) -> None:
        self.round, self.ends = 0, dict.fromkeys(range(1, total + 1), JobStatus.QUEUED)

    def see(self, batch: Batch, jobs: list[Job]) -> None:
        if batch.round > self.round:
            assert batch.round == self.round + 1
            self.round += 1
            self.ends = {
                job.index: job.status if job.round < self.round else JobStatus.QUEUED for job in jobs
            }
        for job in jobs:
            assert self.ends[job.index] in (JobStatus.QUEUED, job.status)  # an end is for good
            self.ends[job.index] = job.status if job.status.ended else JobStatus.QUEUED


class Life(RuleBasedStateMachine):
    """Of one batch of up to three jobs, equal or serial ones among them."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.accepted: Accepted | None = None

    def teardown(self) -> None:
        if self.accepted:
            self.settles()

    @property
    def now(self) -> tuple[Batch, list[Job]]:
        assert self.accepted
        return loaded(self.accepted)

    @precondition(lambda self: self.accepted is None)
    @rule(wishes=WISHES, merged=st.booleans(), parallel=st.booleans())
    def submit(self, wishes: list[str], merged: bool, parallel: bool) -> None:
        self.accepted = accept(self.clock, *wishes, merge_equal=merged, parallel=parallel)
        self.model = Model(len(wishes))

    @precondition(lambda self: self.accepted)
    @rule(place=st.integers(0, 2), crash=crashes)
    def deliver(self, place: int, crash: Any) -> None:
        """A message of any job that was sent by now, were it the tenth copy."""
        job = self.job(place)
        if not job.held:
            body = f'{{"job": "{job.id}"}}'
            self.perhaps(crash, lambda: work.process(body, Context(), self.clock))

    @precondition(lambda self: self.accepted)
    @rule(place=st.integers(0, 2), crash=crashes)
    def cancel(self, place: int, crash: Any) -> None:
        job = self.job(place)
        if self.perhaps(crash, lambda: cancelling.cancel_job(job, self.clock)):
            assert self.job(place).status is JobStatus.CANCELLED

    @precondition(lambda self: self.accepted)
    @rule(crash=crashes)
    def cancel_all(self, crash: Any) -> None:
        if self.perhaps(crash, lambda: cancelling.cancel_batch(*self.now, self.clock)):
            assert self.now[0].ended_at

    @precondition(lambda self: self.accepted and self.now[0].ended_at)
    @rule(only=st.one_of(st.none(), st.sets(st.integers(1, 3), min_size=1)), crash=crashes)
    def retry(self, only: set[int] | None, crash: Any) -> None:
        assert self.accepted
        batch = self.now[0]
        if f"{batch.id}-{batch.round}" in told(batch):  # else there is nobody yet who would tell
            tell(self.accepted)
        wanted = {
            job.index for job in self.now[1] if job.status in AGAIN and job.index in (only or {1, 2, 3})
        }
        if self.perhaps(crash, lambda: retrying.retry(*self.now, only, self.clock)):
            assert {job.index for job in self.now[1] if job.status is JobStatus.QUEUED} == wanted

    @precondition(lambda self: self.accepted)
    @rule(seconds=st.sampled_from([1, 90, 3600]), crash=crashes)
    def look(self, seconds: int, crash: Any) -> None:
        self.clock.forward(seconds)
        self.perhaps(crash, lambda: watchdog.sweep(self.clock))

    @precondition(lambda self: self.accepted)
    @invariant()
    def agrees(self) -> None:
        batch, jobs = self.now
        self.model.see(batch, jobs)
        assert batch.counted <= {job.index for job in jobs if job.status.ended}
        if batch.ended_at:
            assert batch.counted == {job.index for job in jobs}
            assert not batch.retrying

    def job(self, place: int) -> Job:
        jobs = self.now[1]
        return jobs[place % len(jobs)]

    def perhaps(self, crash: Any, act: Callable[[], object]) -> bool:
        """Whether it went through: it did not crash, and was not refused."""
        with moving_along_the_table(), dying(*(crash or (0, "before-call"))):
            try:
                act()
            except (Died, RequestError):
                return False
        return True

    def settles(self) -> None:
        """Left alone, it ends, and each of its rounds is told once."""
        for _ in range(20):
            if self.now[0].ended_at:
                break
            self.clock.forward(3600)
            watchdog.sweep(self.clock)
            for job in self.now[1]:
                if not job.held:
                    work.process(f'{{"job": "{job.id}"}}', Context(), self.clock)
        watchdog.sweep(self.clock)
        batch, jobs = self.now
        assert batch.ended_at
        assert batch.token not in open_batches(self.clock)
        assert told(batch) == {f"{batch.id}-{number}" for number in range(batch.round + 1)}
        assert all(job.status.ended for job in jobs)


def told(batch: Batch) -> set[str]:
    """Names of the executions about it; there are none about its jobs, which have no webhooks."""
    pages = aws.stepfunctions().get_paginator("list_executions")
    names = [
        each["name"]
        for page in pages.paginate(stateMachineArn=settings().finish_arn)
        for each in page["executions"]
    ]
    return {name for name in names if batch.token in name}


@contextmanager
def moving_along_the_table() -> Iterator[None]:
    """No write may take a job's status where the table does not lead from what it requires it to be."""

    def check(params: Any, **_: Any) -> None:
        asked = json.loads(params["body"])
        for action in asked.get("TransactItems", [{"Update": asked}]):
            _check(action.get("Update", {}))

    single, several = ("before-call.dynamodb." + name for name in ("UpdateItem", "TransactWriteItems"))
    with hooked(single, check), hooked(several, check):
        yield


def _check(update: dict[str, Any]) -> None:
    values = {name: value.get("S") for name, value in update.get("ExpressionAttributeValues", {}).items()}
    new = update.get("UpdateExpression", "").partition("#status = ")[2].split(",")[0].split(" ")[0]
    if not new:
        return
    known = {status.value: status for status in JobStatus}
    after, condition = known[values[new]], update["ConditionExpression"]
    required = [
        known[value] for name, value in values.items() if value in known and name != new and name in condition
    ]
    assert required
    assert all(after in MOVES[before] for before in required), (required, after)


@pytest.mark.usefixtures("engine")
def test_whatever_happens() -> None:
    run_state_machine_as_test(
        Life,
        settings=hypothesis.settings(
            derandomize=True,
            deadline=None,
            database=None,
            max_examples=12,
            stateful_step_count=10,
            suppress_health_check=list(HealthCheck),
        ),
    )
