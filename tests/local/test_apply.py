"""The repository's own template, as the local stack makes it."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chalicelib.batches import lifetimes
from infra.local import account, template
from infra.local.account import ROOT
from infra.local.apply import MAKERS, SKIPPED, Applier, parameters
from infra.local.stack import LocalStack
from tests.local.conftest import Clients

INFRA = ROOT / "infra"
DOCUMENT = template.whole()


def clients_of(stack: LocalStack) -> partial[Any]:
    return partial(account.client, endpoint=stack.aws_url)


def test_every_type_is_made_or_skipped_on_purpose() -> None:
    types = {resource["Type"] for resource in DOCUMENT["Resources"].values() if "Type" in resource}
    assert types <= MAKERS.keys() | SKIPPED


def test_unknown_type_is_an_error(stack: LocalStack) -> None:
    document = {"Resources": {"Web": {"Type": "AWS::EC2::Instance"}}}
    with pytest.raises(NotImplementedError, match="Web"):
        Applier(document, clients_of(stack), INFRA).apply()


def test_what_a_condition_leaves_out_is_not_made(stack: LocalStack) -> None:
    document = {
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Resources": {"Web": {"Type": "AWS::EC2::Instance", "Condition": "Never"}},
        "Outputs": {"Web": {"Condition": "Never", "Value": {"Ref": "Web"}}, "Kept": {"Value": "1"}},
    }
    assert Applier(document, clients_of(stack), INFRA).apply() == {"Kept": "1"}


def test_state_machine_with_a_dangling_state_is_refused(stack: LocalStack, tmp_path: Path) -> None:
    broken = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}
    (tmp_path / "m.json").write_text(json.dumps(broken))
    machine = {"DefinitionUri": "m.json", "Role": "arn"}
    document = {"Resources": {"M": {"Type": "AWS::Serverless::StateMachine", "Properties": machine}}}
    with pytest.raises(ValueError, match="no state 'B'"):
        Applier(document, clients_of(stack), tmp_path).apply()


def test_functions_that_disagree_cannot_share_a_worker(stack: LocalStack) -> None:
    def patch(value: str) -> dict[str, Any]:
        return {"Properties": {"Environment": {"Variables": {"A": value}}}}

    document = {"Resources": {"One": patch("1"), "Two": patch("2")}}
    applier = Applier(document, clients_of(stack), INFRA)
    assert applier.environment(["One"]) == {"A": "1"}
    with pytest.raises(ValueError, match="Two"):
        applier.environment(["One", "Two"])


def test_tables_have_their_index_and_ttl(stack: LocalStack, aws: Clients) -> None:
    name = stack.outputs["BatchesTable"]
    table = aws.dynamodb.describe_table(TableName=name)["Table"]
    assert {index["IndexName"] for index in table["GlobalSecondaryIndexes"]} == {
        "by_account",
        "open",
        "deliveries",
    }
    ttl = aws.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert (ttl["AttributeName"], ttl["TimeToLiveStatus"]) == ("ttl", "ENABLED")


def test_work_queues_redrive_to_the_dead_letters(stack: LocalStack, aws: Clients) -> None:
    url = stack.env["BATCHREEL_QUEUE_URL_AUDIO_NORMAL"]
    attributes = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "5400"
    assert json.loads(attributes["RedrivePolicy"]) == {
        "deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:batchreel-AudioDlq",
        "maxReceiveCount": 5,
    }


def test_bucket_has_its_lifecycle(stack: LocalStack, aws: Clients) -> None:
    s3 = aws.make("s3")
    rules = s3.get_bucket_lifecycle_configuration(Bucket=stack.outputs["Bucket"])["Rules"]
    days = {rule["ID"]: rule["Expiration"]["Days"] for rule in rules if "Expiration" in rule}
    assert days == {
        **{f"{what}-files-{days}d": days for what in ("job", "batch") for days in lifetimes.DAYS},
        "captions-sent-along": 2,
        "speech": 2,
        "uploads": 2,
        "transcripts-of-public-videos": 7,
    }
    s3.close()


def test_key_encrypts_and_bus_takes_events(stack: LocalStack, aws: Clients) -> None:
    kms, events = aws.make("kms"), aws.make("events")
    secret = kms.encrypt(KeyId=stack.outputs["SecretsKey"], Plaintext=b"whsec")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=secret)["Plaintext"] == b"whsec"
    entry = {
        "Source": "batchreel",
        "DetailType": "t",
        "Detail": "{}",
        "EventBusName": stack.outputs["EventBus"],
    }
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0
    kms.close()
    events.close()


def test_variables_that_are_set_otherwise_are_parameters_where_they_stand_for_one() -> None:
    variables = {"A": {"Ref": "Stage"}, "B": {"Ref": "Table"}, "C": "text"}
    document = {
        "Parameters": {"Stage": {}, "Other": {}},
        "Globals": {"Function": {"Environment": {"Variables": variables}}},
    }
    assert parameters(document, {"A": "prod", "B": "x", "C": "y", "D": "z"}) == {"Stage": "prod"}
