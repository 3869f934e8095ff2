"""Intake, replies and events: who may do what with the queues, and what becomes of the parameters."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from chalicelib.settings import from_environment
from infra import package
from tests.infra.test_buckets import resolved
from tests.test_settings import NAMES

POLICIES = Path(__file__).parents[2] / "infra" / "policies"
QUEUES = ("IntakeQueue", "IntakeDlq", "RepliesQueue", "GivenUpQueue", "EventsQueue")
ANNOUNCERS = ("worker", "text_worker", "dead_letters", "watchdog", "api", "aggregate")
"""Policies of the functions that settle jobs, or end batches."""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return package.merged()


def statements(policy: str) -> list[Any]:
    found: list[Any] = json.loads((POLICIES / f"{policy}.json").read_text())["Statement"]
    return found


def allowed(policy: str, action: str) -> list[str]:
    """Logical ids of what the action is allowed on."""
    on = [each["Resource"] for each in statements(policy) if action in each["Action"]]
    listed = [one for each in on for one in (each if isinstance(each, list) else [each])]
    return sorted(one["Fn::GetAtt"][0] for one in listed if "Fn::GetAtt" in one)


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_is_encrypted_kept_for_two_weeks_and_takes_tls_only(
    document: dict[str, Any], queue: str
) -> None:
    properties = document["Resources"][queue]["Properties"]
    assert properties["SqsManagedSseEnabled"] is True
    assert properties["MessageRetentionPeriod"] == 14 * 24 * 3600
    policies = [
        each for each in document["Resources"].values() if each.get("Type") == "AWS::SQS::QueuePolicy"
    ]
    [own] = [each["Properties"] for each in policies if {"Ref": queue} in each["Properties"]["Queues"]]
    denied = own["PolicyDocument"]["Statement"][0]
    assert (denied["Effect"], denied["Principal"], denied["Action"]) == ("Deny", "*", "sqs:*")
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_orders_are_received_five_times_at_most(document: dict[str, Any]) -> None:
    redrive = document["Resources"]["IntakeQueue"]["Properties"]["RedrivePolicy"]
    assert redrive == {"deadLetterTargetArn": {"Fn::GetAtt": ["IntakeDlq", "Arn"]}, "maxReceiveCount": 5}


def test_the_rule_alone_puts_events_into_their_queue(document: dict[str, Any]) -> None:
    rule = document["Resources"]["EventsRule"]["Properties"]
    assert rule["EventPattern"] == {"source": ["batchreel"]}
    assert [target["Arn"] for target in rule["Targets"]] == [{"Fn::GetAtt": ["EventsQueue", "Arn"]}]
    [allow] = [
        each
        for each in document["Resources"]["EventsQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
        if each["Effect"] == "Allow"
    ]
    assert allow["Principal"] == {"Service": "events.amazonaws.com"}
    assert allow["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["EventsRule", "Arn"]}}}


@pytest.mark.parametrize("policy", ANNOUNCERS)
def test_whoever_ends_jobs_may_tell_it(policy: str) -> None:
    assert allowed(policy, "events:PutEvents") == ["EventBus"]
    assert "RepliesQueue" in allowed(policy, "sqs:SendMessage")


@pytest.mark.parametrize("policy", ANNOUNCERS[:-1])
def test_whoever_settles_jobs_may_read_their_batch(policy: str) -> None:
    assert "BatchesTable" in allowed(policy, "dynamodb:GetItem")


@pytest.mark.parametrize(
    ("policy", "read", "more"),
    [("intake", "IntakeQueue", set()), ("intake_dead_letters", "IntakeDlq", {"GivenUpQueue"})],
)
def test_the_intake_does_what_the_api_may_and_no_more_with_queues(
    policy: str, read: str, more: set[str]
) -> None:
    assert allowed(policy, "sqs:ReceiveMessage") == [read]
    work = allowed("api", "sqs:SendMessage")
    assert allowed(policy, "sqs:SendMessage") == sorted({*work, "RepliesQueue", *more})
    for action in ("dynamodb:PutItem", "dynamodb:Query"):
        assert allowed(policy, action) == ["BatchesTable"]
    assert set(allowed(policy, "dynamodb:UpdateItem")) == {"AccountsTable", "BatchesTable"}


def test_reply_queues_are_those_that_are_listed(document: dict[str, Any]) -> None:
    policy = document["Resources"]["SendToReplyQueues"]
    [only] = policy["Properties"]["PolicyDocument"]["Statement"]
    assert only["Action"] == "sqs:SendMessage"
    listed = "arn:aws:sqs:us-east-1:123456789012:a,arn:aws:sqs:us-east-1:123456789012:b-*"
    assert resolved(only["Resource"], {"ReplyQueues": listed}) == listed.split(",")
    condition = document["Conditions"][policy["Condition"]]
    assert condition == {"Fn::Not": [{"Fn::Equals": [{"Ref": "ReplyQueues"}, ""]}]}
    roles = {role["Ref"] for role in policy["Properties"]["Roles"]}
    workers = {"AudioWorkerRole", "TextWorkerRole", "DeadLettersRole", "WatchdogRole", "AggregateRole"}
    assert roles == workers | {"IntakeRole", "IntakeDeadLettersRole", "ApiHandlerRole"}


QUEUE = "arn:aws:sqs:eu-central-1:123456789012:"


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("", ()),
        (QUEUE + "shop", (QUEUE + "shop",)),
        (f"{QUEUE}shop,{QUEUE}other-*", (QUEUE + "shop", QUEUE + "other-*")),
        (QUEUE + "*", (QUEUE + "*",)),
        ("arn:aws-cn:sqs:cn-north-1:123456789012:shop", ("arn:aws-cn:sqs:cn-north-1:123456789012:shop",)),
        ("*", None),
        ("arn:aws:sqs:*:123456789012:shop", None),
        ("arn:aws:sqs:eu-central-1:*:shop", None),
        ("arn:aws:sns:eu-central-1:123456789012:shop", None),
        (QUEUE + "a*b", None),
        (QUEUE + "shop,", None),
        (f"{QUEUE}shop, {QUEUE}other", None),
        (QUEUE, None),
        ("https://sqs.eu-central-1.amazonaws.com/123456789012/shop", None),
    ],
)
def test_template_and_settings_accept_the_same_lists(
    document: dict[str, Any], text: str, entries: tuple[str, ...] | None
) -> None:
    pattern = document["Parameters"]["ReplyQueues"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, text)) is (entries is not None)
    given = {**NAMES, "BATCHREEL_REPLY_QUEUES": text}
    if entries is None:
        with pytest.raises(ValueError, match="BATCHREEL_REPLY_QUEUES"):
            from_environment(given)
    else:
        assert from_environment(given).reply_queues == entries


def test_nobodys_word_is_taken_unless_the_operator_says_so(document: dict[str, Any]) -> None:
    parameter = document["Parameters"]["IntakeTrustsAccounts"]
    assert parameter["Default"] == "false"
    for text in parameter["AllowedValues"]:
        given = {**NAMES, "BATCHREEL_INTAKE_TRUSTS_ACCOUNTS": text}
        assert from_environment(given).intake_trusts_accounts is (text == "true")
    assert from_environment(NAMES).intake_trusts_accounts is False
