"""Whole batches through the API, the workers, the end and a webhook, in this process over moto, counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from chalice.test import Client

from app import app
from bench.counting import Counts, counting
from chalicelib import aws
from chalicelib.accounts import keys, plans
from chalicelib.batches import work
from chalicelib.settings import settings
from tests.api.conftest import Api
from tests.batches.driver import Context
from tests.conftest import in_moto
from tests.stand_ins.web import Receiver

POLLS = 3
Wishes = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Part:
    """What one function does for a batch, over all of its invocations."""

    requests: int
    seconds: float
    """CPU time of this process: its own, moto's and the counting's, so never too little."""
    counts: Counts


@dataclass(frozen=True)
class Played:
    jobs: int
    submitted: Part
    polls: Part
    aggregate: Part
    deliver: Part
    worker: Part

    @property
    def parts(self) -> Sequence[tuple[str, Part]]:
        """Each with the function that does it."""
        own = (("aggregate", self.aggregate), ("deliver", self.deliver), ("worker", self.worker))
        return (("api", self.submitted), ("api", self.polls), *own)


@contextmanager
def cloud(**environment: str) -> Iterator[tuple[Api, str]]:
    """The API with a key of an account without limits, and the URL of a receiver of webhooks."""
    settings.cache_clear()
    with pytest.MonkeyPatch.context() as patch, in_moto(patch), Receiver() as receiver:
        for name, value in environment.items():
            patch.setenv(name, value)
        settings.cache_clear()
        plan = plans.find("admin")
        with Client(app) as client:
            yield Api(client, keys.create("bench", plan=plan)), receiver.url("/hook")
    settings.cache_clear()


def audio(api: Api, hook: str, wishes: Wishes) -> Played:
    body = {"jobs": list(wishes), "webhook": hook}
    submitted = part(lambda: api.post("/v1/batch", body).json["data"])
    batch_id = submitted[0]["batchId"]
    return _play("audio", len(wishes), batch_id, submitted[1], lambda: api.get(f"/v1/batch/{batch_id}"))


def text(api: Api, hook: str, wishes: Wishes) -> Played:
    body = {"jobs": list(wishes), "webhook_url": hook}
    submitted = part(lambda: api.post("/api/v1/batch/process", body).json["data"])
    batch_id = submitted[0]["batch_id"]
    poll = f"/api/v1/batch/status/{batch_id}"
    return _play("text", len(wishes), batch_id, submitted[1], lambda: api.get(poll))


def _play(kind: str, jobs: int, batch_id: str, submitted: Part, poll: Callable[[], Any]) -> Played:
    answers, polls = part(lambda: [poll() for _ in range(POLLS)], requests=POLLS)
    assert all(answer.status == 200 for answer in answers), answers[0].body
    _, worker = part(lambda: _work_off(kind), requests=jobs)
    ended, aggregate = part(lambda: _aggregate(batch_id))
    told, deliver = part(lambda: [_deliver(each) for each in ended["deliveries"]])
    assert [each["outcome"] for each in told] == ["delivered"], told
    return Played(jobs, submitted, polls, aggregate, deliver, worker)


def part(work: Callable[[], Any], requests: int = 1) -> tuple[Any, Part]:
    with counting() as counts:
        before = time.process_time()
        answer = work()
        spent = time.process_time() - before
    return answer, Part(requests, spent, counts)


def _work_off(kind: str) -> None:
    """Every message of the kind, whatever its priority, and those that its end brings."""
    urls = [url for name, url in settings().queues.items() if name.startswith(kind)]
    while found := [(url, each) for url in urls for each in _received(url)]:
        for url, message in found:
            assert work.process(message["Body"], Context()) is None
            aws.sqs().delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def _received(url: str) -> list[Any]:
    """By another client, as what Lambda's pollers ask is reckoned, not counted."""
    from infra.local import account

    answer = account.client("sqs", None).receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return list(answer.get("Messages", ()))


def _aggregate(batch_id: str) -> Any:
    from chalicelib.api.events import paths
    from chalicelib.batches.finish import aggregate

    return aggregate({"batch_id": batch_id}, paths)


def _deliver(order: Any) -> Any:
    from chalicelib.api.events import render, render_test
    from chalicelib.webhooks.deliver import deliver
    from chalicelib.webhooks.event import Renderer

    return deliver(order, Renderer(render, render_test))


def watch() -> None:
    from chalicelib.batches.watchdog import sweep

    sweep()
