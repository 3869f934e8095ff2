"""Event source mappings: which messages are deleted, which come back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.local.pollers import failed_ids
from infra.local.stack import LocalStack
from infra.local.workers import Answer
from tests.local.conftest import Clients, until

SENT = {"a", "b"}


def failures(*names: Any) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": name} for name in names]}


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (None, set()),
        ({}, set()),
        ("", set()),
        ({"other": 1}, set()),
        (failures(), set()),
        ({"batchItemFailures": None}, set()),
        (failures("a"), {"a"}),
        (failures("a", "b"), SENT),
        (failures("c"), SENT),
        (failures("a", "c"), SENT),
        (failures(""), SENT),
        (failures(None), SENT),
        (failures(["a"]), SENT),
        ({"batchItemFailures": [{"wrong": "a"}]}, SENT),
        ({"batchItemFailures": ["a"]}, SENT),
        ({"batchItemFailures": "a"}, SENT),
        ({"batchItemFailures": 3}, SENT),
        ("text", SENT),
        ([], SENT),
        (["a"], SENT),
        (7, SENT),
        (True, SENT),
    ],
)
def test_partial_answers(value: Any, kept: set[str]) -> None:
    answer = Answer(json.dumps(value).encode(), error=False)
    assert failed_ids(answer, SENT, partial=True) == kept


def test_answer_is_ignored_without_partial_and_errors_fail_all() -> None:
    assert failed_ids(Answer(json.dumps(failures("a")).encode(), error=False), SENT, partial=False) == set()
    assert failed_ids(Answer(b'{"errorType": "X"}', error=True), SENT, partial=False) == SENT
    assert failed_ids(Answer(b"{}", error=True), SENT, partial=True) == SENT


def send(aws: Clients, url: str, **order: Any) -> str:
    message: str = aws.sqs.send_message(QueueUrl=url, MessageBody=json.dumps(order))["MessageId"]
    return message


def left(aws: Clients, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(map(int, attributes.values()))


@pytest.mark.parametrize("priority", ["HIGH", "NORMAL", "LOW"])
def test_each_queue_reaches_the_worker_as_lambda_would(
    stack: LocalStack, aws: Clients, tmp_path: Path, priority: str
) -> None:
    url = stack.env[f"BATCHREEL_QUEUE_URL_AUDIO_{priority}"]
    message = send(aws, url, folder=str(tmp_path))
    until(lambda: left(aws, url) == 0)
    record = json.loads((tmp_path / message).read_text())
    assert record["eventSourceARN"].rpartition(":")[2] == url.rpartition("/")[2]
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["eventSource"] == "aws:sqs"


def test_failed_message_keeps_its_visibility(stack: LocalStack, aws: Clients, tmp_path: Path) -> None:
    url = stack.env["BATCHREEL_QUEUE_URL_AUDIO_LOW"]
    message = send(aws, url, folder=str(tmp_path), answer=failures("unknown"))
    until((tmp_path / message).exists)
    handle = json.loads((tmp_path / message).read_text())["receiptHandle"]
    (tmp_path / message).unlink()
    marker = send(aws, url, folder=str(tmp_path))
    until(lambda: (tmp_path / marker).exists() and left(aws, url) == 1)
    assert not (tmp_path / message).exists()
    aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)


def test_poison_ends_with_the_dead_letter_function(stack: LocalStack, aws: Clients, tmp_path: Path) -> None:
    url = stack.env["BATCHREEL_QUEUE_URL_AUDIO_HIGH"]
    aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    message = send(aws, url, folder=str(tmp_path), fail="poison")
    until((tmp_path / f"dead-{message}").exists)
    assert {file.name for file in tmp_path.glob("receive-*")} == {f"receive-{n}" for n in range(1, 6)}
    aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "5400"})


def test_schedule_runs_with_a_scheduled_event(stack: LocalStack, ticks: Path) -> None:
    until(lambda: len(list(ticks.iterdir())) > 1)
    event = json.loads(next(ticks.iterdir()).read_text())
    assert event["detail-type"] == "Scheduled Event"
    assert event["resources"] == ["arn:aws:events:us-east-1:123456789012:rule/Watchdog"]
