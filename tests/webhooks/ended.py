"""Jobs that have ended, and what is told of them."""

from __future__ import annotations

from typing import Any

from standardwebhooks import Webhook

from chalicelib.accounts import endpoints
from chalicelib.accounts.endpoint_rows import Endpoint
from chalicelib.accounts.secrets import webhook_secret
from chalicelib.api.events import render, render_test
from chalicelib.batches import finish, store, submit
from chalicelib.batches.model import Failure, Job, NewJob
from chalicelib.clock import now_ms
from chalicelib.webhooks.event import Renderer

RENDERER = Renderer(render, render_test)
OUTCOME = {
    "input": {"name": "a.mp4", "size": 1000, "duration": 2.5, "format": "mov"},
    "output": {
        "key": "jobs/x/1/audio.mp3",
        "filename": "a.mp3",
        "size": 40_123,
        "duration": 2.5,
        "format": "mp3",
        "codec": "mp3",
        "bitrate": 128_000,
        "sample_rate": 44_100,
        "channels": 2,
    },
}


def ended_job(*urls: str, failure: Failure | None = None, account: str = "acme") -> Job:
    """And its batch. `urls` are told of both."""
    new = NewJob({"url": "https://example.com/a.mp4"}, webhooks=urls)
    accepted = submit.submit(submit.Submission(account, "audio", "audio_v1", [new], webhooks=urls))
    job = store.claim(accepted.batch.token, 1, now=now_ms(), lease_until=now_ms() + 60_000).job
    assert job
    ended = store.fail(job, failure, now=now_ms()) if failure else store.complete(job, OUTCOME, now=now_ms())
    assert ended.job
    finish.settle(ended.job)
    return ended.job


def request_for(job: Job, attempt: int = 1) -> dict[str, Any]:
    return {"subject": job.id, "event_id": job.event_id, "recipient": 0, "attempt": attempt}


def verified(call: Any) -> Any:
    return Webhook(webhook_secret("acme")).verify(call.body, call.headers)


def saved(url: str, *events: str, account: str = "acme", now: int | None = None) -> Endpoint:
    return endpoints.create(account, url, events, "", now or now_ms())[0]
