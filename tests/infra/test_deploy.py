"""Deploying and the first key, as far as an emulated CloudFormation goes: it runs no SAM transform."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from chalicelib.accounts import key_reading
from infra import deploy
from infra.admin import __main__ as admin
from infra.admin import stacks
from tests.conftest import CREDENTIALS, Cloud

BUCKET = "zips"
TEMPLATE = {
    "Resources": {
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            },
        },
        "Layer": {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "layer.zip"}},
    },
    "Parameters": {"RetentionDays": {"Type": "Number", "Default": 24}},
    "Outputs": {"AccountsTable": {"Value": {"Ref": "Table"}}},
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "template.json").write_text(json.dumps(TEMPLATE))
    (tmp_path / "layer.zip").write_bytes(b"PK")
    return tmp_path


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield


@pytest.mark.usefixtures("account")
@pytest.mark.filterwarnings("ignore:Tried to parse AWS.*LayerVersion")  # moto's way to say it has none
def test_a_first_deployment_and_a_second(package: Path) -> None:
    deploy.deploy("batchreel", BUCKET, {"RetentionDays": "48"}, package)
    assert status_and_retention() == ("CREATE_COMPLETE", "48")
    stored = [o["Key"] for o in boto3.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert {key.rsplit("-", 1)[1] for key in stored} == {"layer.zip", "template.uploaded.json"}
    uploaded = json.loads((package / "template.uploaded.json").read_text())
    assert uploaded["Resources"]["Layer"]["Properties"]["ContentUri"].startswith(f"s3://{BUCKET}/batchreel/")
    (package / "layer.zip").write_bytes(b"PK2")
    deploy.deploy("batchreel", BUCKET, {}, package)
    assert status_and_retention() == ("UPDATE_COMPLETE", "48")


def status_and_retention() -> tuple[str, str]:
    [stack] = boto3.client("cloudformation").describe_stacks(StackName="batchreel")["Stacks"]
    values = {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]}
    return stack["StackStatus"], values["RetentionDays"]


def test_the_first_key_of_a_stack(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {key: os.environ[variable] for key, variable in stacks.VARIABLES.items()}
    template = {"Resources": {}, "Outputs": {k: {"Value": v} for k, v in names.items()}}
    boto3.client("cloudformation").create_stack(StackName="mine", TemplateBody=json.dumps(template))
    for variable in stacks.VARIABLES.values():
        monkeypatch.delenv(variable)
    monkeypatch.setenv("BATCHREEL_STACK", "mine")
    admin.main(["create-key", "--account", "acme"])
    printed = capsys.readouterr().out
    key = next(word for word in printed.split() if word.startswith("sk_"))
    assert "whsec_" in printed
    found = key_reading.find(key)
    assert found
    assert found.account == "acme"
