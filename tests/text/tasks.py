"""A task that nothing but its test watches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class QuietTask:
    job_id = "job_0000000000000001"
    attempt = 1
    object_prefix = f"jobs/{job_id}/{attempt}/"

    def __init__(self) -> None:
        self.reports: list[tuple[int, str, dict[str, Any]]] = []
        """Progress, step and facts, as told."""
        self.children: list[dict[str, Any]] = []

    def report(self, progress: int, step: str, facts: Mapping[str, Any] | None = None) -> None:
        self.reports.append((progress, step, dict(facts or {})))

    def submit_children(self, requests: Sequence[Mapping[str, Any]]) -> str:
        self.children = [dict(request) for request in requests]
        return "batch_0000000000001000"

    def seconds_left(self) -> float:
        return 900.0
