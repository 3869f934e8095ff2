"""What an account may do, by HTTP alone, and by the operator's commands beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from infra.local import account
from infra.local.stack import LocalStack

WATCH = "https://www.youtube.com/watch?v=aircAruvnKk"
VIDEO = "/api/v1/videos/process"
HOOK = {"url": "https://example.com/hook"}
Call = Callable[..., requests.Response]


@pytest.fixture
def admin(stack: LocalStack) -> Callable[..., str]:
    """`python -m infra.admin`, as the operator of this stack calls it."""

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "infra.admin", *arguments]
        env = {**os.environ, **stack.env}
        done = subprocess.run(command, env=env, cwd=account.ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def caller(stack: LocalStack, key: str) -> Call:
    def call(method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        sent = {"X-API-Key": key, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return requests.request(method, stack.url + path, headers=sent, json=body, timeout=60)

    return call


@pytest.fixture
def name() -> str:
    return f"small-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def small(stack: LocalStack, admin: Callable[..., str], name: str) -> Call:
    """A new account of the plan `free`."""
    printed = admin("create-key", "--account", name, "--plan", "free")
    [key] = [word for word in printed.split() if word.startswith("sk_")]
    return caller(stack, key)


def code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_a_plan_is_what_it_says(small: Call, admin: Callable[..., str], name: str) -> None:
    assert code(small("POST", "/api/v1/batch/process", {"jobs": [{"video_url": WATCH}]})) == (
        403,
        "FEATURE_NOT_AVAILABLE",
    )
    assert code(small("POST", "/v1/webhooks", HOOK)) == (403, "FEATURE_NOT_AVAILABLE")
    order = {"source": {"type": "url", "url": "http://127.0.0.1:9/a.mp4"}, "output": {"format": "mp3"}}
    assert code(small("POST", "/v1/batch", {"jobs": [order]})) == (403, "FORBIDDEN")

    for left in range(4, -1, -1):
        assert small("POST", VIDEO, {"url": WATCH}).status_code == 200
        limits = small("GET", "/api/v1/usage/limits").json()["data"]
        assert limits["quotas"]["videos_per_day"]["remaining"] == left
    over = small("POST", "/v1/extract", order)
    assert code(over) == (429, "QUOTA_EXCEEDED")
    assert int(over.headers["Retry-After"]) > 0

    admin("set-plan", "--account", name, "--plan", "pro", "--set", "requests_per_hour=20")
    accepted = small("POST", "/api/v1/batch/process", {"jobs": [{"video_url": WATCH}]})
    assert accepted.status_code == 200
    assert accepted.headers["RateLimit-Policy"] == '"hour";q=20;w=3600'


def test_a_rate_holds_and_is_told(small: Call, admin: Callable[..., str], name: str) -> None:
    admin("set-plan", "--account", name, "--set", "requests_per_hour=10")
    with ThreadPoolExecutor(15) as pool:
        answers = list(pool.map(lambda _: small("GET", "/api/v1/videos/"), range(15)))
    admitted = [answer.headers for answer in answers if answer.status_code == 200]
    assert {headers["X-RateLimit-Limit"] for headers in admitted} == {"10"}
    # ten, and more only if the hour has turned meanwhile; no number is told twice within one
    told = Counter(headers["X-RateLimit-Used"] for headers in admitted)
    assert len(admitted) == 10 or max(told.values()) == 2
    assert set(told) >= {"1"}
    for answer in answers:
        if answer.status_code != 200:
            assert code(answer) == (429, "RATE_LIMIT_EXCEEDED")
            assert answer.headers["Retry-After"] == answer.headers["X-RateLimit-Reset"]


def test_two_equal_requests_at_once_make_one_thing(stack: LocalStack) -> None:
    mine = caller(stack, stack.key)
    for path, body in ((VIDEO, {"url": WATCH}), ("/v1/webhooks", HOOK)):
        key = uuid.uuid4().hex

        def post(_: int, path: str = path, body: Any = body, key: str = key) -> requests.Response:
            return mine("POST", path, body, Idempotency_Key=key)

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(post, range(2)))
        good = [answer for answer in answers if answer.ok]
        assert {code(answer) for answer in answers if not answer.ok} <= {(409, "REQUEST_IN_PROGRESS")}
        again = post(0)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert {str(answer.json()["data"]) for answer in good} == {str(again.json()["data"])}
        assert code(mine("POST", path, {**body, "url": WATCH + "x"}, Idempotency_Key=key))[0] == 422
    for endpoint in mine("GET", "/v1/webhooks").json()["data"]["endpoints"]:
        mine("DELETE", f"/v1/webhooks/{endpoint['endpointId']}")


def test_another_account_sees_nothing(stack: LocalStack, small: Call) -> None:
    mine = caller(stack, stack.key)
    job = mine("POST", VIDEO, {"url": WATCH}).json()["data"]["job_id"]
    for method, path in (
        ("GET", f"/api/v1/videos/status/{job}"),
        ("GET", f"/api/v1/videos/result/{job}"),
        ("POST", f"/api/v1/videos/cancel/{job}"),
        ("POST", f"/api/v1/videos/retry/{job}"),
        ("DELETE", f"/api/v1/videos/{job}"),
    ):
        assert code(small(method, path)) == (404, "JOB_NOT_FOUND")
    assert small("GET", "/api/v1/videos/").json()["data"]["total"] == 0
