"""A YT2Text client: the same as any, under another base URL."""

from __future__ import annotations

from typing import Any

from infra.local.stack import LocalStack
from tests.e2e.client import Client
from tests.waiting import GENEROUS_SECONDS, wait_for


class TextClient(Client):
    def __init__(self, stack: LocalStack) -> None:
        super().__init__(stack, "/api/v1")

    def process(self, *jobs: dict[str, Any], **batch: Any) -> Any:
        """Form A of the request, as accepted."""
        answer = self.post("/batch/process", {"jobs": list(jobs), **batch})
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def finished(self, batch_id: str, seconds: float = GENEROUS_SECONDS) -> Any:
        """The results, once the batch has ended."""
        wait_for(lambda: self.data(f"/batch/status/{batch_id}")["status"] != "processing", seconds)
        return self.data(f"/batch/results/{batch_id}")

    def ended_job(self, job_id: str) -> Any:
        path = f"/videos/status/{job_id}"
        wait_for(lambda: self.data(path)["status"] in ("completed", "failed"))
        return self.data(path)

    def results(self, *jobs: dict[str, Any], **batch: Any) -> Any:
        return self.finished(self.process(*jobs, **batch)["batch_id"])
