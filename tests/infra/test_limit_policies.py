"""What quotas and turns call, each of the functions that keep them may call."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.accounts.quota import Quota
from chalicelib.batches import slots, turns
from chalicelib.batches.model import NewJob
from chalicelib.batches.submit import Submission, submit
from chalicelib.clock import now_ms
from chalicelib.errors import QuotaExceeded
from chalicelib.settings import settings
from infra.iam.of_dynamodb import TRANSACTED
from tests.batches.transactions_seen import transactions
from tests.clock import FakeClock
from tests.conftest import Cloud
from tests.infra.test_policies import NEEDED, POLICIES, called

MIDNIGHT = FakeClock().now // 86_400_000 * 86_400_000
ROWS_OF_ACCOUNTS = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["A#*"]}}


def allowed(file: str, table: str) -> set[str]:
    """Actions on the items of a table, or of its rows of accounts."""
    found: set[str] = set()
    for each in json.loads((POLICIES / file).read_text())["Statement"]:
        resources = each["Resource"] if isinstance(each["Resource"], list) else [each["Resource"]]
        whole = each.get("Condition") in (None, ROWS_OF_ACCOUNTS)
        if whole and {"Fn::GetAtt": [table, "Arn"]} in resources:
            found |= set(each["Action"])
    return found


def sent_to(file: str) -> set[str]:
    found: set[str] = set()
    for each in json.loads((POLICIES / file).read_text())["Statement"]:
        if "sqs:SendMessage" in each["Action"] and isinstance(each["Resource"], list):
            found |= {resource["Fn::GetAtt"][0] for resource in each["Resource"]}
    return found


def needed(seen: set[str]) -> set[str]:
    return {NEEDED[name] for name in seen if name in NEEDED}


def accept(videos: int, **options: Any) -> Any:
    jobs = [NewJob({"n": n}) for n in range(videos)]
    return submit(Submission("acme", "audio", "audio_v1", jobs, concurrent=1, **options))


@pytest.mark.usefixtures("cloud")
def test_workers_may_take_turns() -> None:
    first, second = accept(2).jobs
    with called() as seen:
        assert turns.take(first, now_ms())
        assert not turns.take(second, now_ms())
        slots.free_dead("acme")
        turns.not_begun(first, None)
    calls = needed(seen)
    assert calls == {f"dynamodb:{name}Item" for name in ("Get", "Put", "Update", "Delete")} | {
        "dynamodb:Query"
    }
    for file in ("worker.json", "text_worker.json"):
        assert calls <= allowed(file, "BatchesTable")


@pytest.mark.parametrize("file", ["dead_letters.json", "watchdog.json", "api.json"])
def test_whoever_ends_a_job_may_call_the_next(cloud: Cloud, file: str) -> None:
    first, second = accept(2).jobs
    turns.take(first, now_ms())
    turns.take(second, now_ms())
    with called() as seen:
        turns.not_begun(first, None)
    assert needed(seen) - {"dynamodb:PutItem"} <= allowed(file, "BatchesTable")


@pytest.mark.parametrize(
    "file", ["worker.json", "text_worker.json", "dead_letters.json", "watchdog.json", "api.json"]
)
def test_the_next_may_be_of_either_kind_and_any_priority(file: str) -> None:
    queues = {f"{kind}{name}Queue" for kind in ("Audio", "Text") for name in ("High", "Normal", "Low")}
    assert queues <= sent_to(file)


@pytest.mark.parametrize("file", ["api.json", "intake.json", "text_worker.json"])
def test_whoever_accepts_may_count(cloud: Cloud, file: str) -> None:
    """A transaction needs the permissions of its actions; what it has left is removed by BatchWriteItem."""
    with called() as seen, pytest.raises(QuotaExceeded):
        accept(1, guards=Quota(0, 0).counts("acme", 1, now_ms()))
    assert needed(seen) | {"dynamodb:UpdateItem"} <= allowed(file, "AccountsTable")
    assert "dynamodb:BatchWriteItem" in allowed(file, "BatchesTable")


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize("file", ["api.json", "intake.json", "intake_dead_letters.json"])
def test_whoever_accepts_may_look_at_the_other_day(file: str) -> None:
    """Around midnight, a request with a key makes sure that its repeat has no batch."""
    new = Submission("acme", "audio", "audio_v1", [NewJob({"n": 1})], idempotency=("k", "/batch"))
    with transactions() as seen:
        submit(new, FakeClock(MIDNIGHT))
    parts = [
        (TRANSACTED[kind], part) for actions in seen for action in actions for kind, part in action.items()
    ]
    calls = {f"dynamodb:{name}" for name, part in parts if part["TableName"] == settings().batches_table}
    assert calls == {"dynamodb:PutItem", "dynamodb:ConditionCheckItem"}
    assert calls <= allowed(file, "BatchesTable")
