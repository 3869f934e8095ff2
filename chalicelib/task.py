"""What a running job may ask of whoever runs it. Kinds see this, never the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Task(Protocol):
    @property
    def job_id(self) -> str: ...

    @property
    def attempt(self) -> int:
        """1 for the first try, also of a job that was retried after it had ended."""

    @property
    def object_prefix(self) -> str:
        """S3 key prefix, ending in `/`, that belongs to this attempt alone."""

    def report(self, progress: int, step: str, facts: Mapping[str, Any] | None = None) -> None:
        """Tell how far the job is: progress 0-99 (never falls), the kind's own step name, and facts
        learnt on the way (JSON; merged by key). Cheap to call often: writes are thinned out.

        Raises JobCancelled or LeaseLost when the work should stop.
        """

    def submit_children(self, requests: Sequence[Mapping[str, Any]]) -> str:
        """Make a batch of jobs of the same kind, one for each request, and answer its id. A repeat, also
        by a later attempt of this job, answers the id of the first. Raises JobError if the queue is full.
        """

    def seconds_left(self) -> float:
        """Until the platform ends this worker."""
