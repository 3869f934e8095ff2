"""What holds for every resource of a kind: encryption, TLS, lives, limits, logs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from app import app
from infra.local import template
from infra.local.account import ROOT
from infra.local.functions import Function, functions
from tests.infra.parameters import resolver

DOCUMENT = template.whole()
RESOURCES = DOCUMENT["Resources"]
CONFIG = json.loads((ROOT / ".chalice" / "config.json").read_text())
FUNCTIONS = functions(app, ROOT / ".chalice" / "config.json", RESOURCES)
TLS_ONLY = {"Bool": {"aws:SecureTransport": "false"}}


def of(kind: str) -> list[str]:
    return [name for name, each in RESOURCES.items() if each.get("Type") == kind]


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[name]["Properties"]
    return found


def refusals(kind: str, target: str) -> Iterator[dict[str, Any]]:
    """Statements of policies of this kind, on this resource, that deny."""
    for each in map(properties, of(kind)):
        named = {"Ref": target}
        if named in (each.get("Bucket"), *each.get("Queues", ()), *each.get("Topics", ())):
            yield from (s for s in each["PolicyDocument"]["Statement"] if s["Effect"] == "Deny")


@pytest.mark.parametrize("name", of("AWS::DynamoDB::Table"))
def test_a_table_is_encrypted_and_can_be_brought_back(name: str) -> None:
    table = properties(name)
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True


@pytest.mark.parametrize("name", [*of("AWS::DynamoDB::Table"), *of("AWS::S3::Bucket"), "SecretsKey"])
def test_what_holds_data_outlives_the_stack(name: str) -> None:
    assert {RESOURCES[name][policy] for policy in ("DeletionPolicy", "UpdateReplacePolicy")} == {"Retain"}


@pytest.mark.parametrize("name", of("AWS::KMS::Key"))
def test_a_key_turns(name: str) -> None:
    assert properties(name)["EnableKeyRotation"] is True


def test_the_bucket_is_encrypted_private_and_keeps_no_old_versions() -> None:
    bucket = properties("Bucket")
    [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert "VersioningConfiguration" not in bucket
    aborted = [r["AbortIncompleteMultipartUpload"] for r in bucket["LifecycleConfiguration"]["Rules"][-1:]]
    assert aborted == [{"DaysAfterInitiation": 1}]


@pytest.mark.parametrize(
    ("policy", "name", "action"),
    [
        ("AWS::S3::BucketPolicy", "Bucket", "s3:*"),
        *(("AWS::SQS::QueuePolicy", queue, "sqs:*") for queue in of("AWS::SQS::Queue")),
        *(("AWS::SNS::TopicPolicy", topic, "sns:Publish") for topic in of("AWS::SNS::Topic")),
    ],
)
def test_nothing_is_sent_without_tls(policy: str, name: str, action: str) -> None:
    denied = [s for s in refusals(policy, name) if s["Principal"] == "*" and s["Action"] == action]
    assert [s["Condition"] for s in denied] == [TLS_ONLY]


@pytest.mark.parametrize("name", of("AWS::SQS::Queue"))
def test_a_queue_is_encrypted_and_keeps_messages_for_two_weeks(name: str) -> None:
    assert properties(name)["SqsManagedSseEnabled"] is True
    assert properties(name)["MessageRetentionPeriod"] == 14 * 24 * 3600


READ = [
    (event.queue["Fn::Sub"].removeprefix("${").removesuffix(".Arn}"), function.timeout)
    for function in FUNCTIONS.values()
    for event in function.queues
]


@pytest.mark.parametrize(("name", "timeout"), READ)
def test_a_message_stays_invisible_for_six_times_its_functions_time(name: str, timeout: float) -> None:
    assert properties(name)["VisibilityTimeout"] == 6 * timeout


def test_a_message_is_tried_five_times_unless_it_is_a_dead_letter() -> None:
    redriven = {name: properties(name)["RedrivePolicy"] for name, _ in READ if not name.endswith("Dlq")}
    assert len(redriven) == 7
    for policy in redriven.values():
        assert policy["maxReceiveCount"] == 5
        target = policy["deadLetterTargetArn"]["Fn::GetAtt"][0]
        assert target in dict(READ), "somebody reads its dead letters"


@pytest.mark.parametrize("name", [function.logical_id for function in FUNCTIONS.values()])
def test_a_function_logs_into_its_group(name: str) -> None:
    assert properties(name)["LoggingConfig"] == {"LogGroup": {"Ref": f"{name}Logs"}}
    written = {"Fn::Sub": f"/aws/lambda/${{AWS::StackName}}-{name}"}
    assert properties(f"{name}Logs")["LogGroupName"] == written


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_a_function_may_write_into_its_group(function: Function) -> None:
    own = CONFIG["stages"]["prod"]["lambda_functions"][function.name]["iam_policy_file"]
    statements = json.loads((ROOT / ".chalice" / own).read_text())["Statement"]
    on = [s["Resource"] for s in statements if "logs:PutLogEvents" in s["Action"]]
    patterns = [one["Fn::Sub"] for each in on for one in (each if isinstance(each, list) else [each])]
    group = properties(f"{function.logical_id}Logs")["LogGroupName"]["Fn::Sub"]
    stream = (
        "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:" + group + ":log-stream:a"
    )
    assert any(fnmatchcase(stream, pattern) for pattern in patterns)


@pytest.mark.parametrize("name", of("AWS::Logs::LogGroup"))
def test_lines_of_logs_end_and_go_with_the_stack(name: str) -> None:
    assert properties(name)["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert RESOURCES[name]["DeletionPolicy"] == "Delete"


def test_the_state_machine_is_traced_and_logs_no_input() -> None:
    machine = properties("Finish")
    assert machine["Tracing"] == {"Enabled": True}
    assert machine["Logging"]["IncludeExecutionData"] is False
    [written] = machine["Logging"]["Destinations"]
    assert written["CloudWatchLogsLogGroup"]["LogGroupArn"] == {"Fn::GetAtt": ["FinishLogs", "Arn"]}


def test_functions_and_api_are_traced() -> None:
    assert CONFIG["xray"] is True
    assert properties("RestAPI")["TracingEnabled"] is True


def test_workers_have_room_for_files() -> None:
    sizes = {properties(f"{kind}Worker")["EphemeralStorage"]["Size"] for kind in ("Audio", "Text")}
    assert sizes == {10240}


@pytest.mark.parametrize(
    ("name", "parameter"),
    [("APIHandler", "ReservedApi"), *((f"{k}Worker", f"Reserved{k}Workers") for k in ("Audio", "Text"))],
)
@pytest.mark.parametrize("given", [0, 45])
def test_executions_are_reserved_if_the_operator_says_so(name: str, parameter: str, given: int) -> None:
    reserved = {"at most": properties(name)["ReservedConcurrentExecutions"]}
    assert resolver({parameter: given}).value(reserved) == ({"at most": str(given)} if given else {})
