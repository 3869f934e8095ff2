"""Many events to a receiver that fails three calls of ten and dies once: then it is asked for every id."""

from __future__ import annotations

import heapq
import itertools
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chalicelib.batches import store, submit
from chalicelib.batches.model import Job, NewJob
from chalicelib.clock import now_ms
from chalicelib.webhooks import deliveries, order
from chalicelib.webhooks.addresses import Address
from tests.clock import FakeClock
from tests.stand_ins.web import Receiver, Reply, Request
from tests.webhooks.ended import OUTCOME, saved
from tests.webhooks.machine import attempt

FAILS = 0.3
A_SECOND = 10
"""Events that are published."""
DEAD_SECONDS = 30
_BATCH = 10
"""Jobs. moto weighs a whole batch at each query, so small ones are faster."""


@dataclass
class Notes:
    """What a receiver keeps on its disk, so that it outlives it."""

    calls: int = 0
    answered: Counter[str] = field(default_factory=Counter)
    """Ids by how often they were taken with a 2xx."""
    unanswered: list[str] = field(default_factory=list)
    """Taken, but the receiver died before it had said so: the one case that may come again."""
    ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Of each job, those that ever came."""


class Unsteady(Receiver):
    def __init__(self, notes: Notes, dies_at: int = 0, port: int = 0) -> None:
        super().__init__(port=port)
        self.notes, self.dies_at = notes, dies_at
        self.die = random.Random(dies_at)
        self.dead = False

    def take(self, call: Request) -> Reply:
        super().take(call)
        event_id = call.headers["webhook-id"]
        self.notes.calls += 1
        self.notes.ids[json.loads(call.body)["jobId"]].add(event_id)
        if self.notes.calls == self.dies_at:
            self.dead = True
            self.notes.unanswered.append(event_id)
            raise ConnectionAbortedError
        if self.die.random() < FAILS:
            return Reply(500)
        self.notes.answered[event_id] += 1
        return Reply()


class Lifetimes:
    """A receiver that dies in the middle of a call, and comes back at the same port after a while."""

    def __init__(self, dies_at: int) -> None:
        self.notes = Notes()
        self.receiver = Unsteady(self.notes, dies_at).start()
        self.back_at = 0

    def look(self, now: int) -> None:
        if self.receiver.dead and not self.back_at:
            self.receiver.stop()
            self.back_at = now + DEAD_SECONDS * 1000
        if self.receiver.dead and now >= self.back_at:
            self.receiver = Unsteady(self.notes, port=self.receiver.port).start()


@dataclass(frozen=True)
class Report:
    events: int
    attempts: int
    lost: list[str]
    """Ids that the receiver never took, or that the log does not call delivered."""
    doubled: list[str]
    """Ids that were taken again after a 2xx, and jobs whose event had two ids."""
    repeated: list[str]
    """Ids that were taken again, as nobody knew that they had been."""
    latencies: list[float]
    """Seconds from the end of a job until its event is taken, in ascending order: the attempts as long as
    they took, the waits as long as they would have been."""


@dataclass(order=True)
class _Turn:
    at: int
    number: int
    request: Any = field(compare=False)


def run(count: int, clock: FakeClock) -> Report:
    lifetimes = Lifetimes(dies_at=count // 2)
    try:
        endpoint = saved(lifetimes.receiver.url("/hook"), "batch.completed")
        jobs = list(itertools.islice(_ended_jobs(), count))
        wanted = [Address(job.event_id, endpoint.id) for job in jobs]
        attempts, latencies = _play(wanted, lifetimes, clock)
        return _report(wanted, lifetimes.notes, attempts, latencies)
    finally:
        lifetimes.receiver.stop()


def _ended_jobs() -> Iterator[Job]:
    while True:
        new = [NewJob({"url": "https://example.com/a.mp4"}) for _ in range(_BATCH)]
        token = submit.submit(submit.Submission("acme", "audio", "audio_v1", new)).batch.token
        for index in range(1, _BATCH + 1):
            job = store.claim(token, index, now=now_ms(), lease_until=now_ms() + 60_000).job
            assert job
            ended = store.complete(job, OUTCOME, now=now_ms()).job
            assert ended
            yield ended


def _play(wanted: list[Address], lifetimes: Lifetimes, clock: FakeClock) -> tuple[int, list[float]]:
    """How many attempts, and the latencies of what was delivered."""
    published = [clock() + number * 1000 // A_SECOND for number in range(len(wanted))]
    waiting = [
        _Turn(at, number, order.request(address, "scheduled", "acme"))
        for number, (address, at) in enumerate(zip(wanted, published, strict=True))
    ]
    busy = [0.0] * len(wanted)
    latencies: list[float] = []
    for made in itertools.count():
        if not waiting:
            return made, sorted(latencies)
        turn = heapq.heappop(waiting)
        clock.now = turn.at
        lifetimes.look(clock())
        started = time.perf_counter()
        answer = attempt(turn.request, clock)
        busy[turn.number] += time.perf_counter() - started
        if answer["outcome"] == "retry":
            heapq.heappush(waiting, _Turn(clock() + answer["wait"] * 1000, turn.number, answer))
        elif answer["outcome"] == "delivered":
            latencies.append((clock() - published[turn.number]) / 1000 + busy[turn.number])
    raise AssertionError


def _report(wanted: list[Address], notes: Notes, attempts: int, latencies: list[float]) -> Report:
    logged = {address.event_id for address in wanted if _delivered(address)}
    return Report(
        events=len(wanted),
        attempts=attempts,
        lost=[each.event_id for each in wanted if each.event_id not in logged & notes.answered.keys()],
        doubled=[event_id for event_id, times in notes.answered.items() if times > 1]
        + [job_id for job_id, ids in notes.ids.items() if len(ids) > 1],
        repeated=[event_id for event_id in notes.unanswered if event_id in notes.answered],
        latencies=latencies,
    )


def _delivered(address: Address) -> bool:
    row = deliveries.get(address)
    return row is not None and row.status == "delivered"
