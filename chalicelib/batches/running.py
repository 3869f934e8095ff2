"""A claimed job while it runs: its lease is kept, its progress told, a cancel noticed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.batches import children, objects, store
from chalicelib.batches.model import Job, JobStatus
from chalicelib.clock import Clock, now_ms
from chalicelib.errors import BatchreelError, JobCancelled, LeaseLost
from chalicelib.settings import settings

log = logging.getLogger(__name__)
WRITE_EVERY_MS = 2000
LISTEN_EVERY_SECONDS = 4.0
"""Of a kind that says nothing: a cancel is known before the kind speaks again. One write in so many seconds
is half of what a kind that reports costs."""


class Running:
    """A Task (chalicelib.task). A thread renews the lease while the kind is silent."""

    def __init__(self, job: Job, seconds_left: Callable[[], float], clock: Clock = now_ms) -> None:
        self._job = job
        self._seconds_left = seconds_left
        self._clock = clock
        self._lock = threading.Lock()
        self._progress = 0
        self._step: str | None = None
        self._facts: dict[str, Any] = {}
        self._written_at = clock()
        self._stop: BatchreelError | None = None
        self._ended = threading.Event()
        self._heart = threading.Thread(target=self._beat, name=f"lease {job.id}", daemon=True)

    job_id = property(lambda self: self._job.id)
    attempt = property(lambda self: self._job.attempts)

    @property
    def object_prefix(self) -> str:
        """Per attempt: a worker that lost its lease must not overwrite the file of the one that has it."""
        return f"{objects.of_job(self._job)}{self._job.attempt}/"

    def submit_children(self, requests: Sequence[Mapping[str, Any]]) -> str:
        return children.submit(self._job, requests, self._clock)

    def seconds_left(self) -> float:
        return self._seconds_left()

    def report(self, progress: int, step: str, facts: Mapping[str, Any] | None = None) -> None:
        with self._lock:
            news = step != self._step or bool(facts)
            self._progress = max(self._progress, min(progress, 99))
            self._step = step
            self._facts |= facts or {}
            if news or self._clock() - self._written_at >= WRITE_EVERY_MS:
                self._write()
            if self._stop:
                raise self._stop

    def __enter__(self) -> Running:
        self._heart.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._heart.join()

    def _beat(self) -> None:
        pause = min(settings().lease_seconds / 4, LISTEN_EVERY_SECONDS)
        while not self._ended.wait(pause):
            with self._lock:
                if self._clock() - self._written_at >= pause * 1000:
                    self._write()

    def _write(self) -> None:
        now = self._clock()
        self._written_at = now
        try:
            write = store.renew(
                self._job,
                lease_until=now + settings().lease_seconds * 1000,
                progress=self._progress,
                step=self._step,
                facts=self._facts,
            )
        except (ClientError, BotoCoreError):
            # three more beats fit into the lease; if none gets through, the job is somebody else's
            log.warning("lease not renewed", extra={"job": self._job.id}, exc_info=True)
            return
        if not write.won:
            cancelled = write.job and write.job.status is JobStatus.CANCELLED
            self._stop = JobCancelled("cancelled") if cancelled else LeaseLost("another worker has the job")
