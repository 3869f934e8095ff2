"""What a plan must have for a request of this API."""

from __future__ import annotations

from chalicelib.accounts.plan import Plan
from chalicelib.api.audio_v1.models import BatchBody, ExtractBody, JobBody
from chalicelib.api.gates import Gate

CLOSED = "FORBIDDEN"
"""This API's word for what a plan has not."""


def of_batch(plan: Plan, body: BatchBody) -> None:
    """Raises NotInPlan."""
    gate = Gate(plan, CLOSED)
    gate.batch(len(body.jobs), "jobs")
    if body.webhook:
        gate.feature("webhooks", "webhook")
    for number, job in enumerate(body.jobs):
        _job(gate, job, f"jobs[{number}].")
    gate.life(body.expiresAfter, "expiresAfter")


def of_one(plan: Plan, body: ExtractBody) -> None:
    """Raises NotInPlan."""
    gate = Gate(plan, CLOSED)
    _job(gate, body, "")
    gate.life(body.expiresAfter, "expiresAfter")


def _job(gate: Gate, job: JobBody, place: str) -> None:
    if job.options and job.options.webhook:
        gate.feature("webhooks", place + "options.webhook")
    gate.priority(job.options.priority if job.options else None, place + "options.priority")
