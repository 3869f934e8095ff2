"""Who may do what with the endpoints of accounts, and with the log of their deliveries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

POLICIES = Path(__file__).parents[2] / "infra" / "policies"
ACCOUNTS = {"Fn::GetAtt": ["AccountsTable", "Arn"]}
BATCHES = {"Fn::GetAtt": ["BatchesTable", "Arn"]}
DELIVERIES = {"Fn::Sub": "${BatchesTable.Arn}/index/deliveries"}


def statements(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((POLICIES / f"{name}.json").read_text())["Statement"]
    return found


def allowed(name: str, resource: dict[str, Any]) -> set[str]:
    """Actions on that very resource."""
    found: set[str] = set()
    for each in statements(name):
        resources = each["Resource"] if isinstance(each["Resource"], list) else [each["Resource"]]
        found |= set(each["Action"]) if resource in resources else set()
    return found


@pytest.mark.parametrize("name", ["worker", "text_worker", "dead_letters", "watchdog", "aggregate"])
def test_whoever_ends_a_job_may_read_who_is_subscribed_and_no_other_row(name: str) -> None:
    [statement] = [each for each in statements(name) if each["Sid"] == "SubscribedEndpoints"]
    assert (statement["Action"], statement["Resource"]) == (["dynamodb:Query"], ACCOUNTS)
    assert statement["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["A#*"]}}


def test_a_delivery_may_be_logged_and_its_endpoint_judged() -> None:
    rows = {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
    assert allowed("deliver", BATCHES) == rows | {"dynamodb:Query"}
    assert allowed("deliver", ACCOUNTS) == rows
    assert allowed("deliver", {"Fn::GetAtt": ["EventBus", "Arn"]}) == {"events:PutEvents"}


def test_a_recovery_reads_the_log_and_begins_deliveries_again() -> None:
    assert allowed("recover", DELIVERIES) == {"dynamodb:Query"}
    assert allowed("recover", BATCHES) == {"dynamodb:UpdateItem"}
    assert allowed("recover", ACCOUNTS) == {"dynamodb:GetItem"}
    assert "states:StartExecution" in {action for each in statements("recover") for action in each["Action"]}


def test_the_api_reads_the_log_by_its_index() -> None:
    assert "dynamodb:Query" in allowed("api", DELIVERIES)
    assert {"dynamodb:GetItem", "dynamodb:Query"} <= allowed("api", BATCHES)
