"""What a batch and a job are, and which way their statuses may move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from chalicelib.batches import ids


class JobStatus(StrEnum):
    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in ENDED


ENDED = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED})

MOVES: Mapping[JobStatus, frozenset[JobStatus]] = {
    JobStatus.QUEUED: ENDED | {JobStatus.PROCESSING},
    JobStatus.PROCESSING: ENDED | {JobStatus.QUEUED, JobStatus.PROCESSING},
    JobStatus.COMPLETED: frozenset(),
    JobStatus.FAILED: frozenset({JobStatus.QUEUED}),
    JobStatus.CANCELLED: frozenset({JobStatus.QUEUED}),
}
"""QUEUED to COMPLETED is a job that took the outcome of an equal one, QUEUED to FAILED also one whose message
ended in the dead-letter queue; PROCESSING to QUEUED is a transient failure or a lost worker, PROCESSING to
PROCESSING a lease taken over. Only a retry that somebody asks for (retrying.py) brings back what has failed
or was cancelled; what is completed stays so."""


class BatchStatus(StrEnum):
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    PARTIAL_FAILURE = "partial_failure"
    CANCELLED = "cancelled"


PRIORITIES = ("low", "normal", "high")


@dataclass(frozen=True)
class Spent:
    """What an attempt took of its worker, by the clock, as Lambda bills it."""

    ms: int = 0
    mb_ms: int = 0
    """Times the worker's memory in MB."""


@dataclass(frozen=True)
class Failure:
    code: str
    message: str
    retryable: bool = False
    details: str | None = None


@dataclass(frozen=True)
class Past:
    """How a job ended before it was retried."""

    round: int
    attempt: int
    """The number that its end had."""
    attempts: int
    """Of that round; 0: it never ran."""
    status: JobStatus
    error: Failure | None
    ended_at: int


@dataclass(frozen=True)
class NewJob:
    """One job of a submission. `request` is JSON that its kind has validated."""

    request: Mapping[str, Any]
    priority: str = "normal"
    webhooks: tuple[str, ...] = ()
    echo: Mapping[str, Any] = field(default_factory=dict)
    """What the face wants to show again; nothing to the engine."""
    custom_id: str | None = None
    """The caller's own name for it."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """Times are milliseconds since the epoch."""

    token: str
    index: int
    account: str
    kind: str
    face: str
    status: JobStatus
    request: Mapping[str, Any]
    priority: str
    webhooks: tuple[str, ...]
    """Who is told when it ends: URLs, each once."""

    echo: Mapping[str, Any] = field(default_factory=dict)
    custom_id: str | None = None
    same_as: int | None = None
    """Index of the job of this batch that runs for both: its outcome is copied."""
    dependents: tuple[int, ...] = ()
    """Jobs that its end releases: those that take its outcome, and the next one of a serial batch."""
    expires_after: int | None = None
    """Seconds from its end until its results expire; None: as the operator has set it."""
    child: str | None = None
    """Token of the batch that it asked for."""
    concurrent: int | None = None
    """So many jobs of its account may run while it does; None: any number."""
    held: bool = False
    """Not sent before the job it depends on has ended."""
    created_at: int
    queued_at: int
    """When its message is, or will be, visible to a worker."""
    resends: int = 0
    round: int = 0
    """Of its batch, when it was last queued."""
    attempt: int = 0
    """A number for each attempt, and one for each retry, so that no two ends of a job have the same."""
    earlier: int = 0
    """The numbers taken before this round."""
    waits: int = 0
    """Attempts of this round that ended because something outside was not ready; they count as no tries."""
    compute_ms: int = 0
    """Of all attempts that ended by themselves."""
    compute_mb_ms: int = 0
    lease_until: int = 0
    progress: int = 0
    step: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    started_at: int | None = None
    ended_at: int | None = None
    expires_at: int | None = None
    outcome: Mapping[str, Any] | None = None
    error: Failure | None = None
    history: tuple[Past, ...] = ()
    """Oldest first; the last few."""

    @property
    def id(self) -> str:
        return ids.job_id(self.token, self.index)

    @property
    def attempts(self) -> int:
        """In this round."""
        return self.attempt - self.earlier

    @property
    def tries(self) -> int:
        return self.attempts - self.waits

    @property
    def event_id(self) -> str:
        return self._event_id(self.attempt)

    def _event_id(self, number: int) -> str:
        return f"evt_{self.token}{self.index:03x}_{number}"

    @property
    def event_type(self) -> str:
        """Of its end."""
        return f"job.{self.status.value}"

    @property
    def earlier_events(self) -> Mapping[str, str]:
        """Ids and types of what was told of its ends before it was retried, as far as they are known."""
        return {self._event_id(past.attempt): f"job.{past.status.value}" for past in self.history}

    @property
    def failure(self) -> Failure | None:
        """How it failed for good; `error` may also be what it waits for its next attempt with."""
        return self.error if self.status is JobStatus.FAILED else None


@dataclass(frozen=True, kw_only=True)
class Batch:
    """`done`, `failed` and `cancelled` hold job indexes, so that counting one twice changes nothing."""

    token: str
    account: str
    kind: str
    face: str
    total: int
    webhooks: tuple[str, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)
    parallel: bool = True
    """False: each job waits for the end of the one before it, and of the batch which that asked for."""
    single: bool = False
    """Accepted as one job, not as a batch, and not listed as one."""
    parent: str | None = None
    """Id of the job that this batch was made by."""
    key_id: str | None = None
    """Of the API key that asked for it."""
    expires_after: int | None = None
    """As of its jobs."""
    reply_to: str | None = None
    """URL of a queue that is told what the event bus is told."""
    correlation_id: str | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)
    """What the batches that its jobs ask for are guarded by."""
    created_at: int
    round: int = 0
    """How often some of its jobs were retried."""
    retrying: frozenset[int] = frozenset()
    """Jobs of this round that are still to be queued again."""
    cancel_requested_at: int | None = None
    """From then on, what has not ended is to be cancelled."""
    done: frozenset[int] = frozenset()
    failed: frozenset[int] = frozenset()
    cancelled: frozenset[int] = frozenset()
    enqueued_at: int | None = None
    ended_at: int | None = None
    expires_at: int | None = None
    deleted_at: int | None = None
    """From then on there is no such batch, but for whoever deletes it."""
    fingerprint: str | None = None
    estimated_seconds: int = 0
    """Until a job should be done, as told when the batch was accepted."""
    results_key: str | None = None
    errors_key: str | None = None
    usage: Mapping[str, int] | None = None
    """What its jobs have used, as it stands in the account's usage (chalicelib.usage.amounts)."""

    @property
    def id(self) -> str:
        return ids.batch_id(self.token)

    @property
    def event_id(self) -> str:
        return self._event_id(self.round)

    def _event_id(self, number: int) -> str:
        return f"evt_{self.token}000_{number}"

    @property
    def event_type(self) -> str:
        return "batch.completed"

    @property
    def earlier_events(self) -> Mapping[str, str]:
        """As of a job."""
        return {self._event_id(number): self.event_type for number in range(self.round)}

    @property
    def counted(self) -> frozenset[int]:
        return self.done | self.failed | self.cancelled

    @property
    def complete(self) -> bool:
        return len(self.counted) == self.total and not self.retrying

    @property
    def status(self) -> BatchStatus:
        if self.ended_at is None:
            return BatchStatus.PROCESSING
        if len(self.done) == self.total:
            return BatchStatus.COMPLETED
        if self.done:
            return BatchStatus.PARTIAL_FAILURE
        return BatchStatus.FAILED if self.failed else BatchStatus.CANCELLED
