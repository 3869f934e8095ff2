"""A stack of any release becomes one of today, and keeps its data, its queues and its address."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from moto import mock_aws

from infra import lint, package, released
from infra.cloudformation import Refused
from infra.deploy import stack, stage_files
from infra.deploy.artifacts import Shelf
from tests.conftest import CREDENTIALS
from tests.infra import in_moto

RELEASES = sorted(released.FOLDER.glob("*.json"))
BUCKET = "zips"
NAME = "batchreel-dev"


@pytest.fixture(scope="module")
def today() -> dict[str, Any]:
    return lint.transformed(package.described())


@pytest.fixture(params=RELEASES, ids=lambda file: file.stem)
def before(request: pytest.FixtureRequest) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(request.param.read_text())
    return document


def test_there_is_a_release_to_compare_with() -> None:
    assert RELEASES


def replacing(kind: str) -> list[str]:
    """Properties whose change replaces a resource, by CloudFormation's own description of the type."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    paths = schema.get("createOnlyProperties", []) + schema.get("conditionalCreateOnlyProperties", [])
    return [path.removeprefix("/properties/") for path in paths]


def value(resource: Mapping[str, Any], path: str) -> Any:
    found: Any = resource["Properties"]
    for name in path.split("/"):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def losses(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """What of the old resources would be removed, replaced, or no longer kept when a stack is deleted."""
    for name, resource in old.items():
        now = new.get(name)
        if now is None or now["Type"] != resource["Type"]:
            yield name
            continue
        yield from (
            f"{name}.{path}" for path in replacing(now["Type"]) if value(now, path) != value(resource, path)
        )
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            if str(resource.get(policy)).startswith("Retain") > str(now.get(policy)).startswith("Retain"):
                yield f"{name}.{policy}"


def test_nothing_that_holds_data_is_replaced(before: dict[str, Any], today: dict[str, Any]) -> None:
    assert len(before["Resources"]) > 15
    assert list(losses(before["Resources"], today["Resources"])) == []


def test_what_operators_have_named_is_still_there(before: dict[str, Any], today: dict[str, Any]) -> None:
    assert before["Parameters"].keys() <= today["Parameters"].keys()
    assert before["Outputs"].keys() <= today["Outputs"].keys()


SPOILT: dict[str, tuple[str, Any]] = {
    "AccountsTable.KeySchema": ("KeySchema", [{"AttributeName": "id", "KeyType": "HASH"}]),
    "Bucket.BucketName": ("BucketName", "mine"),
    "EventsQueue.FifoQueue": ("FifoQueue", True),
    "EventBus.Name": ("Name", "batchreel"),
    "Finish.StateMachineType": ("StateMachineType", "EXPRESS"),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_replacement_would_be_seen(spoilt: str, today: dict[str, Any]) -> None:
    document = copy.deepcopy(today["Resources"])
    name, changed = SPOILT[spoilt]
    document[spoilt.partition(".")[0]]["Properties"][name] = changed
    assert list(losses(today["Resources"], document)) == [spoilt]


def test_a_removal_would_be_seen(today: dict[str, Any]) -> None:
    document = copy.deepcopy(today["Resources"])
    document["Renamed"] = document.pop("AudioDlq")
    document["Bucket"]["DeletionPolicy"] = "Delete"
    assert sorted(losses(today["Resources"], document)) == ["AudioDlq", "Bucket.DeletionPolicy"]


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    in_moto.mend(monkeypatch)
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield Shelf(BUCKET, None)


def deployed(shelf: Shelf, document: dict[str, Any], folder: Path, **given: Any) -> dict[str, str]:
    return stack.deploy(NAME, shelf, shelf.upload(document, folder), stage_files.parameters("dev"), **given)


def physical() -> dict[str, str]:
    pages = boto3.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=NAME)
    return {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for page in pages
        for each in page["StackResourceSummaries"]
    }


def fill(outputs: Mapping[str, str]) -> None:
    row = {"pk": {"S": "A#acme"}, "sk": {"S": "A"}}
    boto3.client("dynamodb").put_item(TableName=outputs["AccountsTable"], Item=row)
    boto3.client("dynamodb").put_item(TableName=outputs["BatchesTable"], Item=row)
    boto3.client("s3").put_object(Bucket=outputs["Bucket"], Key="jobs/1d/x", Body=b"an mp3")
    boto3.client("sqs").send_message(QueueUrl=outputs["IntakeQueue"], MessageBody="{}")


def is_full(outputs: Mapping[str, str]) -> bool:
    for table in ("AccountsTable", "BatchesTable"):
        assert boto3.client("dynamodb").scan(TableName=outputs[table])["Count"] == 1
    found = boto3.client("s3").get_object(Bucket=outputs["Bucket"], Key="jobs/1d/x")
    messages = boto3.client("sqs").receive_message(QueueUrl=outputs["IntakeQueue"])
    return bool(found["Body"].read() == b"an mp3" and messages["Messages"])


def test_a_stack_of_it_is_updated_with_all_that_is_in_it(
    before: dict[str, Any], today: dict[str, Any], shelf: Shelf, tmp_path: Path
) -> None:
    outputs = deployed(shelf, in_moto.fit(before), tmp_path)
    made = physical()
    assert len(made) > 15
    fill(outputs)
    assert deployed(shelf, with_another_queue(in_moto.fit(today)), tmp_path).items() >= outputs.items()
    assert "AnotherQueue" in physical()
    assert physical().items() >= made.items()
    assert is_full(outputs)


def test_an_update_that_loses_data_has_to_be_meant(
    today: dict[str, Any], shelf: Shelf, tmp_path: Path
) -> None:
    document = in_moto.fit(today)
    outputs = deployed(shelf, document, tmp_path)
    fill(outputs)
    made = physical()
    less = copy.deepcopy(document)
    del less["Resources"]["EventsQueue"], less["Outputs"]["EventsQueue"]
    with pytest.raises(Refused, match="EventsQueue would be removed: its messages would be deleted"):
        deployed(shelf, less, tmp_path)
    assert physical() == made
    assert is_full(outputs)
    left = boto3.client("cloudformation").list_change_sets(StackName=NAME)["Summaries"]
    assert [each["ExecutionStatus"] for each in left] == ["EXECUTE_COMPLETE"]
    deployed(shelf, less, tmp_path, replace_data=True)
    assert physical().keys() == made.keys() - {"EventsQueue"}


def with_another_queue(document: dict[str, Any], name: str = "AnotherQueue") -> dict[str, Any]:
    later = copy.deepcopy(document)
    later["Resources"][name] = {"Type": "AWS::SQS::Queue", "Properties": {}}
    return later


def back(shelf: Shelf) -> None:
    stack.deploy(NAME, shelf, shelf.previous(NAME, stack.deployed(NAME)), {}, back=True)


def test_what_was_deployed_before_comes_back(today: dict[str, Any], shelf: Shelf, tmp_path: Path) -> None:
    first = in_moto.fit(today)
    second = with_another_queue(first)
    with pytest.raises(Refused, match="nothing was deployed to batchreel-dev before"):
        shelf.previous(NAME, stack.deployed(NAME))
    for document in (first, second):
        outputs = deployed(shelf, document, tmp_path)
    fill(outputs)
    back(shelf)
    assert stack.deployed(NAME) == first
    assert "AnotherQueue" not in physical()
    assert is_full(outputs)
    back(shelf)
    assert stack.deployed(NAME) == second


def test_an_update_that_failed_is_nothing_to_go_back_from(
    today: dict[str, Any], shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = in_moto.fit(today)
    second = with_another_queue(first)
    for document in (first, second):
        deployed(shelf, document, tmp_path)
    with monkeypatch.context() as failing:
        in_moto.undo(failing)
        with pytest.raises(RuntimeError, match="is in UPDATE_ROLLBACK_COMPLETE"):
            deployed(shelf, with_another_queue(second, "ThirdQueue"), tmp_path)
    assert stack.deployed(NAME) == second
    back(shelf)
    assert stack.deployed(NAME) == first
