"""`make deploy` as far as an emulated CloudFormation goes: bucket, parameters, first key, the way back."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib import aws
from chalicelib.accounts import account_rows, key_reading, register
from infra.admin import __main__ as admin
from infra.admin import stacks
from infra.deploy import __main__ as deploy
from infra.deploy import first_key, stage_files
from infra.local import template as templates
from tests.conftest import CREDENTIALS, INFRA, Cloud
from tests.infra import in_moto

ACCOUNT = "123456789012"
REGION = CREDENTIALS["AWS_DEFAULT_REGION"]
OWN = f"batchreel-artifacts-{ACCOUNT}-{REGION}"
STACK = "batchreel-dev"
URL = "https://abc.execute-api.us-east-1.amazonaws.com/api"
GUIDE = (INFRA.parent / "docs" / "operators.md").read_text()
Deploy = Callable[..., str]


def template() -> dict[str, Any]:
    own = (INFRA / f"{part}.yaml" for part in ("parameters", "resources", "queues"))
    document = in_moto.fit(templates.read(*own))
    document["Resources"]["Layer"] = {
        "Type": "AWS::Serverless::LayerVersion",
        "Properties": {"ContentUri": "layer.zip"},
    }
    document["Outputs"]["EndpointURL"] = {"Value": URL + "/"}
    document["Outputs"]["FinishArn"] = {"Value": "arn"}
    return document


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "template.json").write_text(json.dumps(template()))
    (tmp_path / "layer.zip").write_bytes(b"PK")
    return tmp_path


@pytest.fixture
def run(
    package: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Deploy]:
    """What a deployment of the package prints."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    for variable in stacks.VARIABLES.values():
        monkeypatch.setenv(variable, "")
    aws.forget()
    in_moto.mend(monkeypatch)

    def deployed(*words: str) -> str:
        deploy.main(["--stage", "dev", "--package", str(package), *words])
        return capsys.readouterr().out

    with mock_aws():
        yield deployed


warns = pytest.mark.filterwarnings("ignore:Tried to parse AWS.*LayerVersion")
"""moto's way to say that it has none."""


def fails(run: Deploy, *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        run(*words)
    return str(ended.value)


def parameters() -> dict[str, str]:
    [stack] = boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    return {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}


def stored(bucket: str = OWN) -> list[str]:
    return [each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket=bucket)["Contents"]]


@warns
def test_a_first_deployment_needs_no_more_than_a_stage(run: Deploy, package: Path) -> None:
    printed = run()
    key = next(word for word in printed.split() if word.startswith("sk_"))
    assert f"make smoke URL={URL} KEY={key}\n" in printed
    assert f"export BATCHREEL_STACK={STACK}\n" in printed
    assert re.search(r"^\d+ added$", printed, re.MULTILINE)
    assert "webhook secret  whsec_" in printed
    found = key_reading.find(key)
    assert found
    assert (found.account, found.plan.name) == ("main", "admin")
    assert {key.rsplit("-", 1)[1] for key in stored()} == {"layer.zip", "template.uploaded.json"}
    uploaded = json.loads((package / "template.uploaded.json").read_text())
    layer = uploaded["Resources"]["Layer"]["Properties"]["ContentUri"]
    assert layer.removeprefix(f"s3://{OWN}/") in stored()


@warns
def test_it_prints_what_the_guide_shows(run: Deploy) -> None:
    [shown] = re.findall(r"```text\n(made the bucket.*?)```", GUIDE, re.DOTALL)
    printed = run().splitlines()
    for line in shown.splitlines():
        wanted = line.replace("111122223333-eu-central-1", f"{ACCOUNT}-{REGION}")
        wanted = wanted.replace("https://abc123.execute-api.eu-central-1.amazonaws.com/api", URL)
        pattern = re.escape(wanted).replace("…", r"\S+")
        assert [each for each in printed if re.fullmatch(pattern, each)], line


@warns
def test_the_bucket_that_is_made_is_private_and_encrypted(run: Deploy) -> None:
    assert f"made the bucket {OWN}\n" in run()
    s3 = boto3.client("s3")
    assert set(s3.get_public_access_block(Bucket=OWN)["PublicAccessBlockConfiguration"].values()) == {True}
    [rule] = s3.get_bucket_encryption(Bucket=OWN)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert "made the bucket" not in run()


@warns
def test_a_bucket_of_the_operator_is_taken_instead(run: Deploy) -> None:
    boto3.client("s3").create_bucket(Bucket="zips")
    run("--bucket", "zips")
    assert len(stored("zips")) == 2
    assert [
        each["Name"] for each in boto3.client("s3").list_buckets()["Buckets"] if each["Name"] == OWN
    ] == []


def test_a_bucket_that_cannot_be_used(run: Deploy) -> None:
    assert fails(run, "--bucket", "zips").startswith("BUCKET=zips: it is not there, or not for you")
    place: Any = {"LocationConstraint": "eu-central-1"}
    boto3.client("s3", region_name="eu-central-1").create_bucket(
        Bucket="zips", CreateBucketConfiguration=place
    )
    assert fails(run, "--bucket", "zips").startswith("BUCKET=zips is in eu-central-1: Lambda takes zips only")


@warns
def test_the_first_key_is_shown_once(run: Deploy, package: Path) -> None:
    first = run()
    assert first.count("sk_") == 2  # by itself, and in the line to copy
    again = run()
    assert "API key" not in again
    assert f"make smoke URL={URL} KEY=sk_…\n" in again
    (package / "layer.zip").write_bytes(b"PK2")
    assert "API key" not in run()
    assert [len(record.keys) for record in account_rows.every()] == [1]


@warns
def test_what_is_as_it_should_be_stays(run: Deploy) -> None:
    run()
    run()  # moto takes parameters that are kept for new ones
    assert "nothing changes\n" in run()
    summaries = boto3.client("cloudformation").list_change_sets(StackName=STACK)["Summaries"]
    assert {each["ExecutionStatus"] for each in summaries} == {"EXECUTE_COMPLETE"}


@warns
def test_no_key_is_made_where_the_operator_does_not_want_one(run: Deploy) -> None:
    assert "API key" not in run("--no-key")
    stacks.use_outputs(STACK)
    assert list(account_rows.every()) == []


@warns
def test_a_first_key_that_was_not_made_for_a_crash_is_made_the_next_time(run: Deploy) -> None:
    run("--no-key")
    stacks.use_outputs(STACK)
    register.ensure(first_key.ACCOUNT, first_key.PLAN)
    assert "API key" in run()


@warns
def test_parameters_of_the_command_the_stage_and_the_stack(run: Deploy) -> None:
    stage = stage_files.parameters("dev")
    run("--parameter", "BedrockModel=some.model")
    assert parameters().items() >= {**stage, "BedrockModel": "some.model", "Speech": ""}.items()
    run("--parameter", "RetentionDays=30")
    assert parameters().items() >= {**stage, "RetentionDays": "30", "BedrockModel": "some.model"}.items()
    run()
    assert parameters().items() >= {**stage, "BedrockModel": "some.model"}.items()


@warns
def test_the_way_back_and_forth(run: Deploy, package: Path) -> None:
    assert fails(run, "--previous") == f"nothing was deployed to {STACK} before what is there now"
    run()
    before = stored()
    document = template()
    document["Description"] = "another release"
    (package / "template.json").write_text(json.dumps(document))
    run("--parameter", "RetentionDays=30")
    for description in (None, "another release", None):
        run("--previous")
        now: Any = boto3.client("cloudformation").get_template(StackName=STACK)["TemplateBody"]
        assert now.get("Description") == description
        assert parameters()["RetentionDays"] == "30"
    assert set(before) < set(stored())


def make_for(package: Path, architecture: str) -> None:
    document = template()
    document["Outputs"]["Architecture"] = {"Value": architecture}
    (package / "template.json").write_text(json.dumps(document))


@warns
def test_a_stack_keeps_its_architecture_until_another_is_named(run: Deploy, package: Path) -> None:
    make_for(package, "arm64")
    run("--parameter", "Architecture=arm64")
    assert run("--check") == "arm64\n"
    make_for(package, "x86_64")
    assert fails(run) == (
        "the package is made for x86_64 and the stack is to have arm64:"
        " run `make package ARCHITECTURE=arm64`, or deploy with ARCHITECTURE=x86_64"
    )
    other = ("--parameter", "Architecture=x86_64")
    assert run("--check", *other) == "x86_64\n"
    run(*other)
    assert run("--check") == "x86_64\n"
    run("--previous")
    assert run("--check") == "arm64\n"


@warns
def test_a_stack_from_before_there_was_a_choice_is_x86_64(run: Deploy, package: Path) -> None:
    assert run("--check") == "x86_64\n"
    run()
    assert run("--check") == "x86_64\n"
    make_for(package, "arm64")
    assert "the stack is to have x86_64" in fails(run)


@warns
def test_a_stage_may_name_the_architecture(
    run: Deploy, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dev.json").write_text('{"RetentionDays": 3, "Architecture": "arm64"}')
    monkeypatch.setattr(stage_files, "FOLDER", tmp_path)
    assert run("--check") == "arm64\n"
    assert "the stack is to have arm64" in fails(run)
    make_for(package, "arm64")
    assert "Architecture    arm64\n" in run()
    assert "Architecture" not in parameters()


@warns
def test_a_new_stack_takes_what_its_package_is_made_for(run: Deploy, package: Path) -> None:
    make_for(package, "arm64")
    assert "Architecture    arm64\n" in run()


def test_a_table_that_would_go_stops_the_deployment(run: Deploy, package: Path) -> None:
    document = template()
    del document["Resources"]["Layer"]
    (package / "template.json").write_text(json.dumps(document))
    run()
    del document["Resources"]["AccountsTable"], document["Outputs"]["AccountsTable"]
    (package / "template.json").write_text(json.dumps(document))
    refusal = fails(run)
    assert "AccountsTable would be removed: its rows would stay behind in the old table" in refusal
    assert refusal.endswith("add REPLACE_DATA=1")
    assert len(boto3.client("dynamodb").list_tables()["TableNames"]) == 2


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
