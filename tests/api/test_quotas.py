"""What the plan of a key holds, on all four calls that hand in work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from chalice.test import Client

from app import app
from chalicelib.accounts import keys, plans, quota
from chalicelib.clock import now_ms
from tests.api.conftest import Api
from tests.api.jobs import extract_body
from tests.api.video_jobs import watch
from tests.conftest import Cloud
from tests.intake import mail

CALLS = [
    ("/v1/batch", "audio_v1", {"jobs": [extract_body()] * 2}, 2),
    ("/v1/extract", "audio_v1", extract_body(), 1),
    ("/api/v1/batch/process", "video_v1", {"jobs": [{"video_url": watch(1)}] * 3}, 3),
    ("/api/v1/videos/process", "video_v1", {"video_url": watch(1)}, 1),
]


@pytest.fixture
def small(cloud: Cloud) -> Iterator[Api]:
    """Of an account with three videos a day."""
    plan = replace(plans.shipped()["pro"], videos_per_day=3)
    with Client(app) as client:
        yield Api(client, keys.create("acme", plan=plan))


def used() -> int:
    return quota.used("acme", quota.month(now_ms()))


@pytest.mark.parametrize(("path", "face", "body", "videos"), CALLS)
def test_what_a_call_hands_in_counts(
    small: Api, path: str, face: str, body: dict[str, Any], videos: int
) -> None:
    for _ in range(2):
        assert small.post(path, body, idempotency_key="k1").status in (200, 202)
    assert used() == videos


@pytest.mark.parametrize(("path", "face", "body", "videos"), CALLS)
def test_what_is_over_it_is_refused_until_tomorrow(
    small: Api, path: str, face: str, body: dict[str, Any], videos: int
) -> None:
    while used() + videos <= 3:
        assert small.post(path, body).status in (200, 202)
    before = used()
    answer = small.post(path, body)
    assert (answer.status, answer.error["code"]) == (429, "QUOTA_EXCEEDED")
    assert (
        f"The plan has 3 videos a day: {before} are used, {videos} more were sent." in answer.error["message"]
    )
    assert 0 < int(answer.headers["retry-after"]) <= 24 * 3600
    assert used() == before


@pytest.mark.parametrize(("path", "face", "body", "videos"), CALLS)
def test_a_message_over_it_is_answered_at_once(
    small: Api, path: str, face: str, body: dict[str, Any], videos: int
) -> None:
    while used() + videos <= 3:
        small.post(path, body)
    reply = mail.answered({"api": face, "key": small.key, **body})
    assert (reply["type"], reply["status"]) == ("refused", 429)
    assert reply["body"]["error"]["code"] == "QUOTA_EXCEEDED"


def test_what_is_refused_for_something_else_counts_nothing(small: Api) -> None:
    assert small.post("/v1/batch", {"jobs": [extract_body(), {}]}).status == 400
    assert used() == 0
