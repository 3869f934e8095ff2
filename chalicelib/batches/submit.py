"""Accept a batch: write it, then enqueue its jobs. Written is accepted; the watchdog does what follows."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.batches import dependents, insertion, items, lifetimes, queues, repeats, store
from chalicelib.batches.guards import Guard
from chalicelib.batches.model import Batch, Job, JobStatus, NewJob
from chalicelib.batches.order import places
from chalicelib.batches.repeats import Place
from chalicelib.clock import Clock, now_ms
from chalicelib.errors import IdempotencyConflict, NamesTaken, RequestError, RequestInProgress

log = logging.getLogger(__name__)
_STILL_RUNNING = "The first request with this Idempotency-Key is still being accepted"
_AT_ONCE = "Another request for the same thing is being accepted at this moment"
_OTHER_BODY = "This Idempotency-Key was used with another request body: send a new key"
_OTHER_TERMS = (
    "A request with this Idempotency-Key was begun with another life of its results, or under another plan: "
    "send a new key"
)


@dataclass(frozen=True)
class Submission:
    account: str
    kind: str
    face: str
    jobs: Sequence[NewJob]
    webhooks: tuple[str, ...] = ()
    """Told when the whole batch has ended."""
    idempotency: tuple[str, str] | None = None
    """The caller's key and the path it was sent to: the pair has one meaning for 24 hours."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    merge_equal: bool = False
    """Jobs with equal requests run once, and all of them get the outcome."""
    parallel: bool = True
    """False: a job is sent when the one before it has ended."""
    single: bool = False
    expires_after: int | None = None
    """Seconds that results are to live (lifetimes.py has the limits); None: as the operator has set it."""
    longest: int | None = None
    """Seconds that they live at most if nothing is asked for; None: without limit."""
    parent: Job | None = None
    """The job that asks for this batch, which is accepted only as long as that runs in this attempt."""
    takes: tuple[str, ...] = ()
    """Names that this batch alone may have (each once here, at most 50; kept for 30 days). They are written
    with the batch item, so a batch that was not accepted has taken nothing."""
    reply_to: str | None = None
    """URL of a queue that is told when a job, and when the batch, has ended."""
    correlation_id: str | None = None
    """The caller's own name for the submission; events tell it again."""
    before: Sequence[Callable[[], object]] = ()
    """Done one after the other before anything is written, unless it is a repeat. What one raises refuses the
    submission."""
    guards: Sequence[Guard] = ()
    """Must hold when the batch is accepted, and write down that it was; a repeat passes none again."""
    limits: Mapping[str, Any] = field(default_factory=dict)
    """What batches that its jobs ask for are guarded by (children.py)."""
    concurrent: int | None = None
    """How many jobs of the account may run at once; None: any number."""
    key_id: str | None = None
    """Of the API key that asks."""


@dataclass(frozen=True)
class Accepted:
    batch: Batch
    jobs: Sequence[Job]
    replayed: bool


def submit(new: Submission, clock: Clock = now_ms) -> Accepted:
    """Raises QueueFull, IdempotencyConflict when the key was used with another request or for
    what is deleted, NamesTaken, AccountBusy, and what `before` or a guard refuses it with."""
    now = clock()
    place = repeats.place(new.account, new.idempotency, now)
    known = repeats.batch_at(place)
    return _replay(known, new) if known else _accept(place, new, now, clock)


def prepare(new: Submission) -> None:
    """Raises what refuses it."""
    for step in new.before:
        step()


def submit_as(token: str, new: Submission, clock: Clock = now_ms) -> Accepted:
    """Under a token of the caller's making, which is nobody else's. Raises QueueFull, AccountBusy, what a
    guard refuses it with, and RequestInProgress when `parent` has lost its attempt."""
    return _accept(Place(token), new, clock(), clock)


def _accept(place: Place, new: Submission, now: int, clock: Clock) -> Accepted:
    prepare(new)
    for guard in new.guards:
        guard.check()
    waiting = queues.require_room(new.kind, (job.priority for job in new.jobs), len(new.jobs))
    batch, jobs = _items(place.token, new, now, waiting)
    if not _inserted(place, batch, jobs, new):
        return _replay(_winner(place), new)
    _enqueue(batch, jobs, clock)
    return Accepted(batch, jobs, False)


def _inserted(place: Place, batch: Batch, jobs: Sequence[Job], new: Submission) -> bool:
    """With a key, a refused request may come again, even at this moment: it goes on with the same items."""
    try:
        return _insert(place, batch, jobs, new) or _finish_insert(place, batch, jobs, new)
    except RequestError:
        if new.idempotency is None:
            insertion.withdraw(batch, jobs)
        raise


def _insert(place: Place, batch: Batch, jobs: Sequence[Job], new: Submission) -> bool:
    return insertion.insert(batch, jobs, new.parent, new.takes, new.guards, repeats.no_rival(place))


def _winner(place: Place) -> Batch | None:
    """Of those who may have been accepted in the place of this request."""
    return repeats.batch_at(place) if place.known else store.get_batch(place.token)


def _enqueue(batch: Batch, jobs: Sequence[Job], clock: Clock) -> None:
    """Whatever fails here, the batch is accepted: the watchdog sends what it finds unmarked."""
    try:
        if queues.send(dependents.sent_at_once(jobs)):
            store.enqueued(batch.token, now=clock())
    except (ClientError, BotoCoreError):
        log.warning("batch not marked as enqueued; the watchdog will look", extra={"batch": batch.id})


def _items(token: str, new: Submission, now: int, waiting: int) -> tuple[Batch, list[Job]]:
    return _batch(token, new, now, waiting), _jobs(token, new, now)


def _batch(token: str, new: Submission, now: int, waiting: int) -> Batch:
    return Batch(
        token=token,
        account=new.account,
        kind=new.kind,
        face=new.face,
        total=len(new.jobs),
        webhooks=new.webhooks,
        metadata=new.metadata,
        parallel=new.parallel,
        single=new.single,
        expires_after=_life(new),
        parent=new.parent.id if new.parent else None,
        reply_to=new.reply_to,
        correlation_id=new.correlation_id,
        limits=new.limits,
        key_id=new.key_id,
        created_at=now,
        fingerprint=_fingerprint(new),
        estimated_seconds=queues.estimated_seconds(waiting),
    )


def _jobs(token: str, new: Submission, now: int) -> list[Job]:
    life = _life(new)
    order = places(new.jobs, merge_equal=new.merge_equal, parallel=new.parallel)
    return [
        Job(
            token=token,
            index=index,
            account=new.account,
            kind=new.kind,
            face=new.face,
            status=JobStatus.QUEUED,
            request=job.request,
            priority=job.priority,
            webhooks=job.webhooks,
            echo=job.echo,
            custom_id=job.custom_id,
            same_as=place.same_as,
            dependents=place.dependents,
            held=place.held,
            concurrent=new.concurrent,
            expires_after=life,
            created_at=now,
            queued_at=now,
        )
        for index, (job, place) in enumerate(zip(new.jobs, order, strict=True), start=1)
    ]


def _life(new: Submission) -> int:
    return lifetimes.seconds(new.expires_after, new.longest)


def _fingerprint(new: Submission) -> str:
    """Of what was asked for: what a plan or the operator adds may have changed when it is repeated."""
    jobs = [asdict(job) for job in new.jobs]
    options = [new.parallel, new.single, new.expires_after]
    whole = [new.kind, new.face, new.webhooks, dict(new.metadata), *options, jobs]
    whole += [new.reply_to] if new.reply_to else []
    return hashlib.sha256(items.encode(whole).encode()).hexdigest()


def _finish_insert(place: Place, batch: Batch, jobs: Sequence[Job], new: Submission) -> bool:
    """Some items exist: another request with this key is, or a crashed one was, half-way.

    Writing what is missing is harmless, as every put is conditional. False if there is a batch already.
    Raises NamesTaken.
    """
    if _winner(place):
        return False
    _refuse_taken(batch.token, new.takes)
    stored = {job.index: store.get_job(batch.token, job.index) for job in jobs}
    longer = store.get_job(batch.token, batch.total + 1)
    pairs = [(seen, job) for job in jobs if (seen := stored[job.index])]
    if longer or any(_asked(seen) != _asked(job) for seen, job in pairs):
        raise IdempotencyConflict(_OTHER_BODY)
    if any(_terms(seen) != _terms(job) for seen, job in pairs):
        raise IdempotencyConflict(_OTHER_TERMS)
    if _insert(place, batch, [job for job in jobs if stored[job.index] is None], new):
        return True
    _refuse_taken(batch.token, new.takes)
    return False


def _refuse_taken(token: str, names: Sequence[str]) -> None:
    taken = tuple(name for name in names if insertion.taker(name) not in (None, token))
    if taken:
        raise NamesTaken(taken)


def _asked(job: Job) -> tuple[object, ...]:
    """All that follows from the request. Jobs of two requests must not mix: one would wait for another that
    knows nothing of it."""
    place = (job.same_as, job.dependents, job.held)
    return (job.request, job.priority, job.webhooks, job.echo, job.custom_id, *place)


def _terms(job: Job) -> tuple[object, ...]:
    """What all jobs of a batch have alike. They are not written anew, as the request that wrote them first
    may be accepted at this moment."""
    return (job.expires_after, job.concurrent)


def _replay(batch: Batch | None, new: Submission) -> Accepted:
    loaded = store.load(batch.token) if batch else None
    if loaded is None:
        raise RequestInProgress(_STILL_RUNNING if new.idempotency else _AT_ONCE, retry_after=1)
    if loaded[0].fingerprint != _fingerprint(new):
        raise IdempotencyConflict(_OTHER_BODY)
    return Accepted(*loaded, replayed=True)
