"""What a key has left of its hour, on every answer to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.accounts import keys, register
from chalicelib.accounts.counters import HOUR_MS
from tests.api.conftest import Answer, Api
from tests.api.jobs import extract_body
from tests.api.wall_clock import wall
from tests.batches.aws_faults import hooked, refusing
from tests.clock import FakeClock

__all__ = ["wall"]
NAMES = ("limit", "used", "remaining", "reset")
MISSING = "/v1/status/job_0123456789abc001"
DOWNLOAD = "/v1/download/job_0123456789abc001"


@pytest.fixture
def hour(wall: FakeClock) -> FakeClock:
    """A minute after an hour began."""
    wall.now = wall.now // HOUR_MS * HOUR_MS + 60_000
    return wall


def limited(rate: int) -> None:
    register.set_plan("acme", "pro", {"requests_per_hour": rate})


def told(answer: Answer) -> dict[str, str]:
    return {name: answer.headers[f"x-ratelimit-{name}"] for name in NAMES}


def says_nothing(headers: Mapping[str, str]) -> bool:
    return not [name for name in headers if "ratelimit" in name]


def test_every_answer_to_a_key_tells(api: Api, hour: FakeClock) -> None:
    limited(10)
    answers = [
        (api.get("/v1/webhooks"), 200),
        (api.post("/v1/extract", extract_body()), 202),
        (api.get(MISSING), 404),
        (api.get("/v1/status/nonsense"), 400),
        (api.post("/api/v1/videos/process", {"url": 3}), 422),
        (api("HEAD", DOWNLOAD), 404),
        (api("DELETE", "/v1/batch/batch_0123456789abc000"), 404),
    ]
    for used, (answer, status) in enumerate(answers, start=1):
        assert answer.status == status
        left = str(10 - used)
        assert told(answer) == {"limit": "10", "used": str(used), "remaining": left, "reset": "3540"}
        assert answer.headers["ratelimit-policy"] == '"hour";q=10;w=3600'
        assert answer.headers["ratelimit"] == f'"hour";r={left};t=3540'
        assert "retry-after" not in answer.headers


@pytest.mark.parametrize("path", ["/v1/webhooks", "/api/v1/batch"])
def test_a_full_hour_is_429_until_it_ends(api: Api, hour: FakeClock, path: str) -> None:
    limited(2)
    assert [api.get(path).status for _ in range(2)] == [200, 200]
    answer = api.get(path)
    assert (answer.status, answer.error["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert told(answer) == {"limit": "2", "used": "2", "remaining": "0", "reset": "3540"}
    assert answer.headers["retry-after"] == "3540"
    hour.forward(3539)
    assert api.get(path).headers["retry-after"] == "1"
    hour.forward(1)
    assert told(api.get(path)) == {"limit": "2", "used": "1", "remaining": "1", "reset": "3600"}


def test_keys_have_each_their_own(api: Api, hour: FakeClock) -> None:
    limited(1)
    other = {"x-api-key": keys.create("acme")}
    assert api.get("/v1/webhooks").status == 200
    assert api.get("/v1/webhooks").status == 429
    assert told(api("GET", "/v1/webhooks", headers=other))["remaining"] == "0"


def test_nobody_is_told_of_another_request(api: Api) -> None:
    """One process answers them all, one after the other."""
    assert api.get("/v1/webhooks").headers["x-ratelimit-used"] == "1"
    for headers in ({"x-api-key": ""}, {"x-api-key": "sk_wrong"}):
        refused = api("GET", "/v1/webhooks", headers=headers)
        assert refused.status == 401
        assert says_nothing(refused.headers)
    assert says_nothing(api("GET", "/health").headers)
    with refusing("dynamodb", "UpdateItem"):
        assert says_nothing(api.get("/v1/webhooks").headers)


@pytest.mark.parametrize("path", [MISSING, "/api/v1/videos/status/job_0123456789abc001"])
def test_without_its_table_nobody_is_let_in(api: Api, path: str) -> None:
    with refusing("dynamodb", "UpdateItem"):
        answer = api.get(path)
    assert (answer.status, answer.error["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert answer.headers["retry-after"] == "5"
    with refusing("dynamodb", "GetItem"):
        answer = api.get(path)
    assert (answer.status, answer.headers["retry-after"], told(answer)["used"]) == (503, "5", "1")


@pytest.mark.parametrize(
    ("path", "each"),
    [
        ("/api/v1/auth/validate", 1),
        ("/api/v1/videos/thumbnails?url=https://youtu.be/aircAruvnKk", 1),
        ("/v1/status/nonsense", 2),
    ],
)
def test_it_takes_one_call_to_let_a_request_in(api: Api, path: str, each: int) -> None:
    """These routes need nothing else. That a request has failed is counted after it was let in."""
    calls: list[str] = []
    with hooked("before-call", lambda model, **_: calls.append(model.name)):
        for _ in range(2):
            assert api.get(path).status in (200, 400)
    assert calls == ["UpdateItem"] * 2 * each


FRESH = """
import json, sys
from moto import mock_aws
with mock_aws():
    from chalice.test import Client
    from app import app
    from chalicelib import aws
    from chalicelib.accounts import keys
    table = {"pk": "HASH", "sk": "RANGE"}
    aws.dynamodb().create_table(
        TableName="accounts", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in table],
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in table.items()],
    )
    key = keys.create("acme")
    aws.forget()
    calls = []
    aws.dynamodb().meta.events.register("before-call", lambda model, **_: calls.append(model.name))
    with Client(app) as client:
        answer = client.http.get("/api/v1/auth/validate", headers={"x-api-key": key})
    print(json.dumps([answer.status_code, calls]))
"""


def test_a_cold_process_takes_no_more(api: Api) -> None:
    environment: dict[str, Any] = os.environ | {"BATCHREEL_ACCOUNTS_TABLE": "accounts"}
    done = subprocess.run(
        [sys.executable, "-c", FRESH],
        cwd=Path(__file__).parents[2],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [200, ["UpdateItem"]]
