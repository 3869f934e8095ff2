"""The usage routes: what they say is what the counters hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from chalice.test import Client

from app import app
from chalicelib.accounts.plans import shipped
from chalicelib.api.usage_v1 import allowances
from chalicelib.batches import finish, ids
from chalicelib.usage import requests
from chalicelib.usage.videos import Counted
from tests.api.conftest import Api
from tests.api.jobs import completed, extract_body, failed
from tests.api.wall_clock import wall
from tests.batches.aws_faults import refusing
from tests.clock import FakeClock
from tests.conftest import Cloud
from tests.usage.counters import admit, key_hash, set_up, submit_videos

__all__ = ["wall"]
NOW = int(datetime(2026, 3, 18, 13, 59, 30, tzinfo=UTC).timestamp()) * 1000
DAY = 24 * 3600 * 1000
KNOWN = "start_date, end_date, granularity, limit, key_id"


@pytest.fixture
def pro(cloud: Cloud, wall: FakeClock) -> Iterator[Api]:
    """A clock that stands still, and the key `one` of a Pro account."""
    wall.now = NOW
    set_up("acme", "one", "two", retired=("old",))
    with Client(app) as client:
        yield Api(client, "one")


def get(api: Api, path: str) -> Any:
    answer = api.get(f"/api/v1/usage{path}")
    assert answer.status == 200, answer.body
    return answer.json["data"]


def refused(api: Api, path: str) -> str:
    answer = api.get(f"/api/v1/usage{path}")
    assert (answer.status, answer.error["code"]) == (422, "INVALID_REQUEST")
    assert answer.error["details"]["errors"] == [answer.error["message"]]
    return str(answer.error["message"])


def test_n_requests_and_m_videos_are_n_and_m(pro: Api) -> None:
    admit("one", NOW, 7)
    admit("two", NOW, 2)
    admit("old", NOW - 10 * DAY, 4)
    submit_videos("acme", "one", NOW, 3)
    submit_videos("acme", "two", NOW - DAY, 1)
    for _ in range(2):
        requests.failed(key_hash("one"), lambda: NOW)
    data = get(pro, "/current")
    month = data["current_period"]
    assert (month["start_date"], month["end_date"]) == ("2026-03-01", "2026-03-18")
    assert [month[f"{kind}_requests"] for kind in ("total", "successful", "failed")] == [14, 12, 2]
    assert month["videos_processed"] == 4
    assert data["rate_limits"]["requests_per_hour"] == {
        "limit": 5000,
        "used": 8,
        "remaining": 4992,
        "reset_at": "2026-03-18T14:00:00Z",
    }
    assert data["quotas"]["videos_per_day"] == {
        "limit": 100,
        "used": 3,
        "remaining": 97,
        "reset_at": "2026-03-19T00:00:00Z",
    }
    assert data["quotas"]["videos_per_month"] == {
        "limit": 1000,
        "used": 4,
        "remaining": 996,
        "reset_at": "2026-04-01T00:00:00Z",
    }


def test_each_key_has_its_part(pro: Api) -> None:
    admit("one", NOW, 7)
    admit("old", NOW, 4)
    submit_videos("acme", "one", NOW, 3)
    by_id = {key["key_id"]: key for key in get(pro, "/current")["keys"]}
    told = {name: (key["total_requests"], key["videos_processed"]) for name, key in by_id.items()}
    assert told == {"one": (8, 3), "two": (0, 0), "old": (4, 0)}
    assert [by_id[name]["retired"] for name in ("one", "old")] == [False, True]
    assert by_id["one"]["name"] == "name of one"


def test_one_key_alone(pro: Api) -> None:
    admit("one", NOW, 7)
    admit("two", NOW, 2)
    submit_videos("acme", "two", NOW, 3)
    data = get(pro, "/current?key_id=two")
    assert (data["current_period"]["total_requests"], data["current_period"]["videos_processed"]) == (2, 3)
    assert [key["key_id"] for key in data["keys"]] == ["two"]
    [today] = get(pro, "/history?key_id=two&start_date=2026-03-18")["periods"]
    assert (today["total_requests"], today["videos_processed"]) == (2, 3)


@pytest.mark.parametrize("route", ["/current", "/history"])
def test_a_key_of_another_account_is_none(pro: Api, route: str) -> None:
    assert refused(pro, f"{route}?key_id=theirs") == "key_id: this account has no key of this id"


def test_an_answer_has_meta(pro: Api) -> None:
    for route in ("/current", "/history", "/limits"):
        meta = pro.get(f"/api/v1/usage{route}").json["meta"]
        assert meta == {
            "request_id": f"req_{NOW / 1000:.3f}",
            "timestamp": "2026-03-18T13:59:30Z",
            "version": "v1",
        }


def test_what_jobs_used_is_what_their_batch_says(api: Api) -> None:
    body = {"jobs": [extract_body(), extract_body()]}
    made = api.post("/v1/batch", body).json["data"]
    good, bad = (job["jobId"] for job in made["jobs"])
    completed(good, duration=90.0, content=b"x" * 1000)
    failed(bad)
    assert api.get(f"/v1/batch/{made['batchId']}").json["data"]["usage"] is None
    finish.aggregate({"batch_id": made["batchId"]})
    used = api.get(f"/v1/batch/{made['batchId']}").json["data"]["usage"]
    assert (used["mediaSeconds"], used["bytesOut"]) == (90, 1000)
    month = get(api, "/current")["current_period"]
    assert (month["media_minutes"], month["bytes_out"], month["batches"]) == (1.5, 1000, 1)
    assert month["jobs"] == {"completed": 1, "failed": 1, "cancelled": 0}
    assert month["total_cost"] == used["costEstimateUsd"] > 0
    assert month["total_cost"] == pytest.approx(sum(month["cost"].values()), abs=1e-8)
    job = api.get(f"/v1/status/{good}").json["data"]["usage"]
    assert (job["mediaSeconds"], job["bytesOut"]) == (90, 1000)


def test_a_cost_that_is_not_known_is_null_and_says_why(api: Api) -> None:
    body = {"jobs": [{"video_url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "summary_mode": "tldr"}]}
    made = api.post("/api/v1/batch/process", body).json["data"]
    from chalicelib.batches import store
    from chalicelib.clock import now_ms

    address = ids.parse(made["individual_jobs"][0]["job_id"])
    assert address
    job = store.claim(*address, now=now_ms(), lease_until=now_ms() + 9999).job
    assert job
    used = {"media_ms": 60_000, "model": "openai/nobody-knows", "tokens_in": 900, "tokens_out": 100}
    finish.settle(store.complete(job, {"used": used}, now=now_ms()).job)
    finish.aggregate({"batch_id": made["batch_id"]})
    month = get(api, "/current")["current_period"]
    assert (month["total_tokens"], month["total_cost"], month["cost"]["tokens"]) == (1000, None, None)
    assert month["cost"]["note"].startswith("1000 tokens are of models without a price")
    usage = api.get(f"/api/v1/batch/status/{made['batch_id']}").json["data"]["usage"]
    assert (usage["tokens_in"], usage["cost_estimate_usd"]) == (900, None)


def test_history_is_by_the_day(pro: Api) -> None:
    admit("one", NOW, 3)
    admit("one", NOW - 2 * DAY, 5)
    submit_videos("acme", "one", NOW - 2 * DAY, 2)
    requests.failed(key_hash("one"), lambda: NOW - 2 * DAY)
    data = get(pro, "/history?start_date=2026-03-15&end_date=2026-03-18")
    told = [(p["start_date"], p["total_requests"], p["failed_requests"], p["videos_processed"])
            for p in data["periods"]]  # fmt: skip
    assert told == [
        ("2026-03-15", 0, 0, 0),
        ("2026-03-16", 5, 1, 2),
        ("2026-03-17", 0, 0, 0),
        ("2026-03-18", 4, 0, 0),
    ]
    assert data["summary"] == {
        "total_periods": 4,
        "total_requests": 9,
        "total_tokens": 0,
        "total_cost": 0.0,
        "avg_requests_per_period": 2.25,
        "granularity": "day",
    }


@pytest.mark.parametrize(
    ("granularity", "spans"),
    [
        ("week", [("2026-02-26", "2026-03-01"), ("2026-03-02", "2026-03-08"), ("2026-03-09", "2026-03-10")]),
        ("month", [("2026-02-26", "2026-02-28"), ("2026-03-01", "2026-03-10")]),
    ],
)
def test_weeks_begin_on_monday_and_months_on_the_first(
    pro: Api, granularity: str, spans: list[tuple[str, str]]
) -> None:
    data = get(pro, f"/history?start_date=2026-02-26&end_date=2026-03-10&granularity={granularity}")
    assert [(period["start_date"], period["end_date"]) for period in data["periods"]] == spans


def test_a_limit_keeps_the_newest_periods(pro: Api) -> None:
    admit("one", NOW, 3)
    admit("one", NOW - 2 * DAY, 5)
    data = get(pro, "/history?limit=2")
    assert [period["end_date"] for period in data["periods"]] == ["2026-03-17", "2026-03-18"]
    assert data["summary"]["total_requests"] == 4
    assert data["query_info"] == {
        "start_date": "2026-02-17",
        "end_date": "2026-03-18",
        "granularity": "day",
        "limit": 2,
        "key_id": None,
        "periods_left_out": 28,
    }


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("start_date=yesterday", "start_date: must be a date such as 2026-01-31"),
        ("end_date=2026-02-30", "end_date: must be a date such as 2026-01-31"),
        ("end_date=20260301", "end_date: must be a date such as 2026-01-31"),
        ("end_date=2026-03-19", "end_date: must not be after today, 2026-03-18 (UTC)"),
        ("end_date=0001-01-01", "end_date: must not be before 2025-02-12: usage is kept for 400 days"),
        ("start_date=2026-03-10&end_date=2026-03-09", "start_date: must not be after end_date"),
        ("start_date=2020-01-01", "start_date: must not be before 2025-02-12: usage is kept for 400 days"),
        ("granularity=hour", "granularity: must be one of day, week, month"),
        ("limit=0", "limit: must be a number from 1 to 400"),
        ("limit=many", "limit: must be a number from 1 to 400"),
        (
            "page=2",
            "page: unknown query parameter; known are start_date, end_date, granularity, limit, key_id",
        ),
        ("limit=1&limit=2", "limit: stands in the query twice"),
    ],
)
def test_a_history_that_cannot_be_is_refused(pro: Api, query: str, sentence: str) -> None:
    assert refused(pro, f"/history?{query}") == sentence


def test_limits_are_those_of_the_plan(pro: Api) -> None:
    data = get(pro, "/limits")
    assert (data["plan"]["name"], data["plan"]["features"]["batch"]) == ("pro", True)
    assert data["concurrency"] == {"concurrent_jobs": {"limit": 10}}
    assert data["warnings"] == []


def test_a_warning_says_what_is_running_out(pro: Api) -> None:
    submit_videos("acme", "one", NOW, 79)
    assert get(pro, "/limits")["warnings"] == []
    submit_videos("acme", "one", NOW, 1)
    [one] = get(pro, "/limits")["warnings"]
    reset = "2026-03-19T00:00:00Z"
    assert one == f"80 of the 100 videos a day of the account are used; the count begins anew at {reset}"
    submit_videos("acme", "one", NOW, 20)
    [one] = get(pro, "/limits")["warnings"]
    assert one.startswith("All of the 100 videos a day")


def test_a_key_may_have_a_rate_of_its_own(pro: Api) -> None:
    set_up("acme", "one", rate=10)
    admit("one", NOW, 8)
    data = get(pro, "/limits")
    assert data["rate_limits"]["requests_per_hour"] == {
        "limit": 10,
        "used": 9,
        "remaining": 1,
        "reset_at": "2026-03-18T14:00:00Z",
    }
    assert data["warnings"][0].startswith("9 of the 10 requests an hour of this key are used")


def test_what_has_no_limit_says_null() -> None:
    found = allowances.quotas(shipped()["admin"], Counted(), Counted(), NOW)
    assert found["videos_per_day"] == {
        "limit": None,
        "used": 0,
        "remaining": None,
        "reset_at": "2026-03-19T00:00:00Z",
    }


def test_a_failure_of_a_key_that_is_gone_is_nothing(cloud: Cloud) -> None:
    requests.failed(key_hash("gone"), lambda: NOW)
    assert requests.keys_of("acme") == []


@pytest.mark.parametrize("route", ["/current", "/history", "/limits"])
def test_usage_is_nobody_elses(api: Api, route: str) -> None:
    answer = Api(api.client, "wrong").get(f"/api/v1/usage{route}")
    assert (answer.status, answer.error["code"]) == (401, "INVALID_API_KEY")


def test_a_deletion_that_cannot_be_counted_is_to_be_tried_again(api: Api) -> None:
    job_id = api.post("/v1/extract", extract_body()).json["data"]["jobId"]
    completed(job_id)
    with refusing("dynamodb", "TransactWriteItems", code="TransactionCanceledException"):
        answer = api("DELETE", f"/v1/jobs/{job_id}")
    assert (answer.status, answer.error["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert api("DELETE", f"/v1/jobs/{job_id}").status == 200
    assert get(api, "/current")["current_period"]["jobs"]["completed"] == 1


def test_what_is_too_old_to_be_known_is_null_and_whole_months_are_known_for_longer(pro: Api) -> None:
    admit("one", NOW - 60 * DAY, 7)
    span = "start_date=2026-01-01&end_date=2026-02-28"
    by_month = get(pro, f"/history?{span}&granularity=month")
    assert [(p["total_requests"], p["failed_requests"]) for p in by_month["periods"]] == [
        (7, None),
        (0, None),
    ]
    assert by_month["summary"]["total_requests"] == 7
    by_week = get(pro, f"/history?{span}&granularity=week")
    assert {p["total_requests"] for p in by_week["periods"][:3]} == {None}
    assert by_week["summary"]["total_requests"] is by_week["summary"]["avg_requests_per_period"] is None
