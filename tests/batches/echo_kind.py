"""A kind of job for the engine's tests: it does what its request says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib import aws
from chalicelib.errors import JobError, NotYet
from chalicelib.settings import settings
from chalicelib.task import Task

runs: list[str] = []
lasting: list[Callable[[], None]] = []
"""Called by each run, as time that passes."""


def meanwhile(job_id: str) -> None:
    """What goes on while a job runs: nothing, unless a test says so."""


mended = False
"""Whether what fails would now go well."""


def sent(job_id: str) -> str:
    """Where a file lies that the caller has sent for the job."""
    return f"uploads/for-{job_id}"


def forget(job_id: str, request: Mapping[str, Any]) -> None:
    aws.s3().delete_object(Bucket=settings().bucket, Key=sent(job_id))


def used(outcome: Mapping[str, Any]) -> dict[str, Any]:
    return {"media_ms": 60_000, "bytes_in": 1000, "bytes_out": 10} if "half" in outcome else {}


def run(request: Mapping[str, Any], task: Task) -> dict[str, Any]:
    runs.append(task.job_id)
    for pass_time in lasting:
        pass_time()
    task.report(10, "starting", {"said": request["do"]})
    meanwhile(task.job_id)
    if request["do"] == "fail" and not mended:
        raise JobError("NO_LUCK", "It cannot be done", details="not ever")
    if request["do"] == "retry":
        raise JobError("BAD_DAY", "Not today", retryable=True)
    if request["do"] == "second-time" and task.attempt == 1:
        raise JobError("BAD_DAY", "Not today", retryable=True)
    if request["do"] == "wait" and task.attempt <= 5:
        raise NotYet("Not ready outside", seconds=30)
    if request["do"] == "hour":
        raise JobError("CLOSED", "Open again in an hour", retryable=True, retry_after=3600)
    if request["do"] == "list":
        return {"child": task.submit_children([{"do": "ok"}, {"do": "fail"}, {"do": "ok"}])}
    if request["do"] == "break":
        raise RuntimeError("a bug")
    return {"half": 0.5, "prefix": task.object_prefix}
