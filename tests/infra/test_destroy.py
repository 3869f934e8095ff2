"""Deleting a stack, as far as an emulated CloudFormation goes: the real tables, bucket, key and queues."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from infra import destroy, kept_data
from infra.local import template
from tests.conftest import CREDENTIALS

NAME = "batchreel"
TYPES = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SQS::Queue")
OUTPUTS = ("BatchesTable", "AccountsTable", "Bucket", "SecretsKey", "EventsQueue")


def document() -> dict[str, Any]:
    """Of the template what the emulation knows."""
    whole = template.whole()
    made = {name: each for name, each in whole["Resources"].items() if each.get("Type") in TYPES}
    resources = {name: each for name, each in made.items() if "Condition" not in each}
    key = resources["SecretsKey"]["Properties"]
    key["KeyPolicy"] = json.dumps(key["KeyPolicy"])  # the emulation takes it for text
    outputs = {name: whole["Outputs"][name] for name in OUTPUTS}
    kept = {name: whole[name] for name in ("Parameters", "Conditions")}
    return {**kept, "Resources": resources, "Outputs": outputs}


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Its outputs, with something in every part of it but the queues."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield deployed()


def deployed() -> dict[str, str]:
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(StackName=NAME, TemplateBody=json.dumps(document()))
    [made] = cloudformation.describe_stacks(StackName=NAME)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in made["Outputs"]}
    boto3.client("dynamodb").put_item(
        TableName=outputs["BatchesTable"], Item={"pk": {"S": "a"}, "sk": {"S": "b"}}
    )
    s3 = boto3.client("s3")
    s3.put_bucket_versioning(Bucket=outputs["Bucket"], VersioningConfiguration={"Status": "Enabled"})
    for content in (b"old", b"new"):
        s3.put_object(Bucket=outputs["Bucket"], Key="jobs/1d/x", Body=content)
    s3.delete_object(Bucket=outputs["Bucket"], Key="jobs/1d/x")
    return outputs


def lives() -> bool:
    try:
        return bool(boto3.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"])
    except ClientError:
        return False


def buckets() -> list[str]:
    return [each["Name"] for each in boto3.client("s3").list_buckets()["Buckets"]]


def key_state(stack: dict[str, str]) -> str:
    return boto3.client("kms").describe_key(KeyId=stack["SecretsKey"])["KeyMetadata"]["KeyState"]


def everything_is_kept(stack: dict[str, str]) -> bool:
    tables = boto3.client("dynamodb").list_tables()["TableNames"]
    assert sorted(tables) == sorted((stack["BatchesTable"], stack["AccountsTable"]))
    versions = boto3.client("s3").list_object_versions(Bucket=stack["Bucket"])
    assert len(versions["Versions"]) == 2
    return key_state(stack) == "Enabled"


def nothing_is_kept(stack: dict[str, str]) -> bool:
    assert boto3.client("dynamodb").list_tables()["TableNames"] == []
    assert buckets() == []
    return key_state(stack) == "PendingDeletion"


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def order(stack: dict[str, str]) -> None:
    boto3.client("sqs").send_message(QueueUrl=stack["EventsQueue"], MessageBody="{}")


def test_data_stays_and_is_named(stack: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    destroy.main(["--stack", NAME, "--yes"])
    assert not lives()
    assert boto3.client("sqs").list_queues().get("QueueUrls", []) == []
    assert everything_is_kept(stack)
    printed = capsys.readouterr().out
    names = (stack["BatchesTable"], stack["AccountsTable"], stack["Bucket"], stack["SecretsKey"][-36:])
    assert all(f"{name}  kept\n" in printed for name in names)
    assert printed.count("  kept\n") == len(names)


@pytest.mark.parametrize("answer", [NAME + "\n", None], ids=["typed", "yes"])
def test_data_goes_if_told_to(
    stack: dict[str, str],
    answer: str | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    typed(monkeypatch, answer or "")
    destroy.main(["--stack", NAME, "--data", "delete", *([] if answer else ["--yes"])])
    assert not lives()
    assert nothing_is_kept(stack)
    printed = capsys.readouterr().out
    assert f"{stack['Bucket']}  emptied and deleted\n" in printed
    assert "will be deleted on 20" in printed


@pytest.mark.parametrize("answer", ["", "y\n", "other\n"], ids=["nobody", "y", "another"])
@pytest.mark.parametrize("at_stake", ["data", "messages", "api"])
def test_whoever_does_not_type_the_name_loses_nothing(
    stack: dict[str, str],
    at_stake: str,
    answer: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if at_stake == "messages":
        order(stack)
    typed(monkeypatch, answer)
    with pytest.raises(SystemExit, match="nothing was deleted"):
        destroy.main(["--stack", NAME, "--data", "delete" if at_stake == "data" else "keep"])
    assert lives()
    assert everything_is_kept(stack)
    assert ("about 1 messages in" in capsys.readouterr().out) == (at_stake == "messages")


def test_a_table_that_is_protected_goes_too_if_told_to(stack: dict[str, str]) -> None:
    dynamodb = boto3.client("dynamodb")
    dynamodb.update_table(TableName=stack["AccountsTable"], DeletionProtectionEnabled=True)
    with pytest.raises(ClientError):
        dynamodb.delete_table(TableName=stack["AccountsTable"])
    destroy.main(["--stage", "x", "--stack", NAME, "--data", "delete", "--yes"])
    assert nothing_is_kept(stack)


def test_a_stage_names_the_stack(stack: dict[str, str]) -> None:
    with pytest.raises(SystemExit, match="there is no stack batchreel-dev "):
        destroy.main(["--stage", "dev"])
    assert lives()


def test_messages_go_with_the_stack_once_that_is_confirmed(
    stack: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    order(stack)
    typed(monkeypatch, NAME)
    destroy.main(["--stack", NAME])
    assert not lives()
    assert everything_is_kept(stack)


def test_what_an_earlier_deletion_kept_can_be_deleted_later(
    stack: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    for data in ("keep", "keep", "delete", "delete"):
        destroy.main(["--stack", NAME, "--data", data, "--yes"])
    assert nothing_is_kept(stack)
    last = capsys.readouterr().out.rpartition(f"stack {NAME}: deleted already")[2]
    assert last.count("gone already") == 3
    assert last.count("will be deleted on 20") == 1


def test_the_data_of_an_earlier_stack_is_not_that_of_the_present_one(stack: dict[str, str]) -> None:
    destroy.main(["--stack", NAME, "--yes"])
    assert everything_is_kept(stack)
    present = deployed()
    destroy.main(["--stack", NAME, "--data", "delete", "--yes"])
    assert stack["Bucket"] in buckets()
    assert present["Bucket"] not in buckets()


def test_what_all_deleted_stacks_of_the_name_kept_is_named_and_deleted(
    stack: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    destroy.main(["--stack", NAME, "--yes"])
    second = deployed()
    destroy.main(["--stack", NAME, "--yes"])
    capsys.readouterr()
    destroy.main(["--stack", NAME])
    printed = capsys.readouterr().out
    assert [each["Bucket"] for each in (stack, second) if f"{each['Bucket']}  kept\n" not in printed] == []
    destroy.main(["--stack", NAME, "--data", "delete", "--yes"])
    assert nothing_is_kept(stack)
    assert nothing_is_kept(second)


def test_a_stack_that_was_never_more_than_a_plan(stack: dict[str, str]) -> None:
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_change_set(
        StackName="plan", ChangeSetName="x", ChangeSetType="CREATE", TemplateBody=json.dumps(document())
    )
    destroy.main(["--stack", "plan", "--yes"])
    with pytest.raises(ClientError, match="does not exist"):
        cloudformation.describe_stacks(StackName="plan")
    assert lives()
    assert everything_is_kept(stack)


def test_tables_are_protected_until_their_data_is_to_go(stack: dict[str, str]) -> None:
    dynamodb = boto3.client("dynamodb")
    for name in (stack["BatchesTable"], stack["AccountsTable"]):
        assert dynamodb.describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"] is True
        with pytest.raises(ClientError, match="DeletionProtectionEnabled"):
            dynamodb.delete_table(TableName=name)
        assert kept_data.delete(kept_data.Kept("AWS::DynamoDB::Table", name)) == "deleted"
        assert kept_data.delete(kept_data.Kept("AWS::DynamoDB::Table", name)) == "gone already"


def test_a_stack_that_never_was(stack: dict[str, str]) -> None:
    with pytest.raises(SystemExit, match="there is no stack other"):
        destroy.main(["--stack", "other", "--data", "delete", "--yes"])
    assert lives()


def test_whatever_the_template_keeps_can_be_deleted() -> None:
    whole = template.whole()
    kept = {each["Type"] for each in whole["Resources"].values() if each.get("DeletionPolicy") == "Retain"}
    assert kept == set(kept_data.DELETERS)


def test_what_nobody_knows_how_to_delete_stays() -> None:
    assert kept_data.delete(kept_data.Kept("AWS::EFS::FileSystem", "fs-1")) == "kept: delete it by hand"


def test_what_cloudformation_cannot_delete_is_said() -> None:
    """The emulation has no stack that fails to go, so its answers are written down here."""
    client = boto3.client("cloudformation", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    facts = {"StackName": NAME, "StackStatus": "DELETE_FAILED", "CreationTime": 0}
    of_event = {"StackId": "id", "EventId": "e", "StackName": NAME, "Timestamp": 0}
    event = {
        "LogicalResourceId": "ReplyRole",
        "ResourceStatus": "DELETE_FAILED",
        "ResourceStatusReason": "it has a policy",
    }
    with Stubber(client) as stub:
        stub.add_response("delete_stack", {})
        stub.add_response("describe_stacks", {"Stacks": [facts]})
        stub.add_response("describe_stack_events", {"StackEvents": [of_event | event, of_event]})
        with pytest.raises(RuntimeError, match=r"the stack was not deleted: ReplyRole: it has a policy$"):
            destroy.delete_stack(client, "id")
