"""The patches that no other file tests: queries and transactions stand in test_dynamodb.py."""

from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto.core.serialize import BaseJSONSerializer, JSONSerializer
from moto.core.utils import get_service_model
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.events.models import Rule
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for

from infra.local import moto_patches
from infra.local.moto_patches import PATCHES, entrypoint, events_reach
from infra.local.stack import LocalStack
from tests.local.conftest import Clients


def test_every_patch_is_in_place(stack: LocalStack) -> None:
    assert all(getattr(owner, name) is replacement for owner, name, replacement in PATCHES)


def test_step_functions_share_one_client(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("boto3's default session is not safe under threads")

    monkeypatch.setattr(boto3, "client", refuse)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: boto_client_for("us-east-1", "lambda"), range(8)))
    assert len(set(map(id, made))) == 1
    assert made[0].meta.endpoint_url == stack.aws_url


def test_stopped_executions_are_no_errors(stack: LocalStack) -> None:
    """moto logs a stack trace for each."""
    assert not logging.getLogger("moto.stepfunctions").isEnabledFor(logging.ERROR)


def test_events_reach_the_queue_of_a_rule_that_matches(stack: LocalStack, aws: Clients) -> None:
    """Word for word: moto would take these for places to fill in."""
    events, queue = aws.make("events"), stack.outputs["EventsQueue"]
    detail = {"id": "<id>", "source": '<source> "quoted"', "time": "<time>"}
    entry = {
        "DetailType": "word for word",
        "Detail": json.dumps(detail),
        "EventBusName": stack.outputs["EventBus"],
    }
    events.put_events(Entries=[{**entry, "Source": source} for source in ("other", "batchreel")])
    events.close()
    messages = aws.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    told = [json.loads(message["Body"]) for message in messages]
    [event] = [
        each for each in told if each["detail-type"] == "word for word"
    ]  # others come from other tests
    names = ("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail")
    assert tuple(event) == names
    assert (event["source"], event["detail"]) == ("batchreel", detail)


def test_moto_has_its_own_queues_back_when_the_stack_is_gone() -> None:
    sent: list[str] = []
    own = Rule.send_to_targets
    with events_reach(lambda queue, message: sent.append(queue)):
        assert Rule.send_to_targets is not own
    assert Rule.send_to_targets is own


def test_items_look_as_moto_alone_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = {"M": {"a": {"L": [{"S": "x"}, {"NULL": True}, {"M": {}}]}, "b": {"SS": ["y", "z"]}}}
    item: dict[str, Any] = {"pk": {"S": ""}, "n": {"N": "1.5"}, "yes": {"BOOL": False}, "in": inner}
    item["sealed"] = {"B": b"\0\xff"}
    kept = {name: DynamoType(value) for name, value in item.items()}
    written = [_written(held) for held in (item, kept)]
    monkeypatch.setattr(BaseJSONSerializer, "_serialize_type_structure", moto_patches._structure)
    assert written == [_written(item)] * 2


def _written(item: Any) -> Any:
    operation = get_service_model("dynamodb").operation_model("GetItem")
    written: dict[str, Any] = {}
    JSONSerializer(operation)._serialize(written, {"Item": item}, operation.output_shape, "")
    return written


def test_a_definition_is_parsed_once_and_read_anew() -> None:
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    details = SimpleNamespace(state_machine_details=SimpleNamespace(definition=definition))
    worker: Any = SimpleNamespace(_evaluation_details=details)
    first, second = entrypoint(worker), entrypoint(worker)
    assert first is not second
    assert type(first) is type(AmazonStateLanguageParser.parse(definition)[0])
