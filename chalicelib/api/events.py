"""Which face words the webhook of a job or a batch: the one it came in by."""

from __future__ import annotations

import json
from importlib import import_module

from chalicelib.batches.model import Batch, Job


def render(subject: Job | Batch, batch: Batch) -> bytes:
    face = import_module(f"chalicelib.api.{subject.face}.events")
    body = face.job_ended(subject, batch) if isinstance(subject, Job) else face.batch_ended(subject)
    return json.dumps(body, ensure_ascii=False).encode()
