"""Many events to a receiver that fails three calls of ten and dies once: then it is asked for every id."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.batches import store, submit
from chalicelib.batches.model import Job, NewJob
from chalicelib.clock import now_ms
from chalicelib.webhooks import deliveries, order
from chalicelib.webhooks.addresses import Address
from tests.clock import FakeClock
from tests.stand_ins.web import Receiver, Reply, Request
from tests.webhooks.ended import OUTCOME, saved
from tests.webhooks.machine import attempt

pytestmark = pytest.mark.usefixtures("cloud")
EVENTS = 60
DIES_AFTER = 25
DEAD_SECONDS = 600


class Unsteady(Receiver):
    """Fails three calls of ten, by a die of its own."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port=port)
        self.die = random.Random(1)
        self.taken: list[str] = []

    def take(self, call: Request) -> Reply:
        super().take(call)
        if self.die.random() < 0.3:
            return Reply(500)
        self.taken.append(call.headers["webhook-id"])
        return Reply(200)


def ended_jobs(count: int) -> Iterator[Job]:
    new = [NewJob({"url": "https://example.com/a.mp4"}) for _ in range(count)]
    token = submit.submit(submit.Submission("acme", "audio", "audio_v1", new)).batch.token
    for index in range(1, count + 1):
        job = store.claim(token, index, now=now_ms(), lease_until=now_ms() + 60_000).job
        assert job
        ended = store.complete(job, OUTCOME, now=now_ms()).job
        assert ended
        yield ended


class Lifetimes:
    """A receiver that dies after so many calls and comes back at the same port after a while."""

    def __init__(self) -> None:
        self.all = [Unsteady().start()]
        self.back_at: int | None = None

    def look(self, clock: FakeClock) -> None:
        if self.back_at is None and len(self.all[0].calls) == DIES_AFTER:
            self.all[0].stop()
            self.back_at = clock.now + DEAD_SECONDS * 1000
        if len(self.all) == 1 and self.back_at is not None and clock.now >= self.back_at:
            self.all.append(Unsteady(self.all[0].port).start())


@pytest.fixture
def lifetimes() -> Iterator[Lifetimes]:
    made = Lifetimes()
    yield made
    for receiver in made.all:
        receiver.stop()


def test_nothing_is_lost_and_nothing_is_taken_twice(clock: FakeClock, lifetimes: Lifetimes) -> None:
    endpoint = saved(lifetimes.all[0].url("/hook"), "batch.completed")
    wanted = [Address(job.event_id, endpoint.id) for job in ended_jobs(EVENTS)]
    waiting: list[tuple[int, int, Any]] = [
        (clock(), number, order.request(address, "scheduled", "acme"))
        for number, address in enumerate(wanted)
    ]
    while waiting:
        at, number, request = heapq.heappop(waiting)
        clock.now = max(clock.now, at)
        lifetimes.look(clock)
        answer = attempt(request, clock)
        if answer["outcome"] == "retry":
            heapq.heappush(waiting, (clock.now + answer["wait"] * 1000, number, answer))
    assert len(lifetimes.all) == 2
    taken = Counter(each for receiver in lifetimes.all for each in receiver.taken)
    assert taken == Counter(address.event_id for address in wanted)
    assert {row.status for address in wanted if (row := deliveries.get(address))} == {"delivered"}
    assert sum(len(receiver.calls) for receiver in lifetimes.all) > EVENTS
