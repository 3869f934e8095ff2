"""A developer's client: nothing but HTTP, by the base URL and a key."""

from __future__ import annotations

from typing import Any

import requests

from infra.local.stack import LocalStack
from tests.waiting import wait_for

QUICK = {
    "BATCHREEL_WEBHOOK_SCHEDULE": "0,1,1",
    "BATCHREEL_LEASE_SECONDS": "3",
    "BATCHREEL_ENQUEUE_GRACE_SECONDS": "1",
    "BATCHREEL_RETRY_SECONDS": "1",
    "BATCHREEL_RETRY_AFTER_MOST": "1",
    "BATCHREEL_SCHEDULE_SECONDS": "1",
}
"""The service's waits, shortened by its own settings."""


class Client:
    def __init__(self, stack: LocalStack, mount: str = "/v1") -> None:
        self.base = stack.url + mount
        self.http = requests.Session()
        self.http.headers["X-API-Key"] = stack.key

    def close(self) -> None:
        self.http.close()

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.http.get(self.base + path, timeout=60, **options)

    def post(self, path: str, body: Any) -> requests.Response:
        return self.http.post(self.base + path, json=body, timeout=60)

    def data(self, path: str) -> Any:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def submit(self, *jobs: dict[str, Any], webhook: str | None = None) -> Any:
        answer = self.post("/batch", {"jobs": list(jobs)} | ({"webhook": webhook} if webhook else {}))
        assert answer.status_code == 202, answer.text
        return answer.json()["data"]

    def ended(self, batch_id: str) -> Any:
        """The batch as it is once it has ended."""
        wait_for(lambda: self.data(f"/batch/{batch_id}")["status"] != "processing")
        return self.data(f"/batch/{batch_id}")

    def job_ended(self, job_id: str) -> Any:
        wait_for(lambda: self.data(f"/status/{job_id}")["status"] in ("completed", "failed"))
        return self.data(f"/status/{job_id}")


def job(url: str, format: str = "mp3", **more: Any) -> dict[str, Any]:  # noqa: A002 the API's word
    return {"source": {"type": "url", "url": url}, "output": {"format": format}, **more}
