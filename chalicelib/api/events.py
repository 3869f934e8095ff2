"""Which face words what is told of a job or a batch: the one it came in by."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from chalicelib.accounts.endpoint_rows import TEST
from chalicelib.api import thin
from chalicelib.batches.model import Batch, Job
from chalicelib.clock import iso


def render(subject: Job | Batch, batch: Batch) -> bytes:
    face = _of(subject)
    body = face.job_ended(subject, batch) if isinstance(subject, Job) else face.batch_ended(subject)
    return thin.encoded(body, face.LONG, face.OMITTED)


def render_test(endpoint_id: str, at: int) -> bytes:
    """What an endpoint is sent when its owner asks for a test. `at`: milliseconds since the epoch."""
    body = {
        "event": TEST,
        "endpointId": endpoint_id,
        "timestamp": iso(at),
        "message": "A test that you asked for: no job or batch has ended",
    }
    return json.dumps(body).encode()


def paths(job: Job) -> dict[str, Any]:
    """Where its API answers about it; the way to the host is the caller's own."""
    found: dict[str, Any] = _of(job).paths(job)
    return found


def _of(subject: Job | Batch) -> Any:
    return import_module(f"chalicelib.api.{subject.face}.events")
