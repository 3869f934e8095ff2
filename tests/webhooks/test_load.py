"""Many events to a receiver that fails three calls of ten and dies once: then it is asked for every id.

`make load` runs seventeen rounds, a thousand events; at once, the emulated tables would take hours for them.
"""

from __future__ import annotations

import heapq
import os
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.accounts.endpoint_rows import Endpoint
from chalicelib.batches import store, submit
from chalicelib.batches.model import Job, NewJob
from chalicelib.clock import now_ms
from chalicelib.webhooks import deliveries, order
from chalicelib.webhooks.addresses import Address
from tests.clock import FakeClock
from tests.stand_ins.web import Receiver, Reply, Request
from tests.webhooks.ended import OUTCOME, saved
from tests.webhooks.machine import attempt, begin, begun_again, play, recover_all

pytestmark = pytest.mark.usefixtures("cloud")
ROUNDS = int(os.environ.get("LOAD_ROUNDS", "1"))
EVENTS = 60
DIES_AFTER = 25
DEAD_SECONDS = 600


class Unsteady(Receiver):
    """Fails three calls of ten, by a die of its own."""

    def __init__(self, seed: int, port: int = 0) -> None:
        super().__init__(port=port)
        self.die = random.Random(seed)
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

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.all = [Unsteady(seed).start()]
        self.back_at: int | None = None

    def look(self, clock: FakeClock) -> None:
        if self.back_at is None and len(self.all[0].calls) == DIES_AFTER:
            self.all[0].stop()
            self.back_at = clock.now + DEAD_SECONDS * 1000
        if len(self.all) == 1 and self.back_at is not None and clock.now >= self.back_at:
            self.all.append(Unsteady(self.seed + 1000, self.all[0].port).start())


@pytest.fixture(params=range(1, ROUNDS + 1))
def lifetimes(request: pytest.FixtureRequest) -> Iterator[Lifetimes]:
    made = Lifetimes(request.param)
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
    _recover([address for address in wanted if _status(address) == "failed"], endpoint, clock)
    assert len(lifetimes.all) == 2
    taken = Counter(each for receiver in lifetimes.all for each in receiver.taken)
    assert taken == Counter(address.event_id for address in wanted)
    assert {_status(address) for address in wanted} == {"delivered"}
    assert sum(len(receiver.calls) for receiver in lifetimes.all) > EVENTS


def _recover(given_up: list[Address], endpoint: Endpoint, clock: FakeClock) -> None:
    """Who was unlucky eight times is on record as that, and comes back by a recovery."""
    recover_all(begin(endpoint, now_ms() - 1000 * 3600, clock), clock)
    again = begun_again("a")
    assert set(again) == {address.delivery_id for address in given_up}
    for address in given_up:
        assert play(again[address.delivery_id], clock)[-1] == "delivered"


def _status(address: Address) -> str | None:
    found = deliveries.get(address)
    return found.status if found else None
