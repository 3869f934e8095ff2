"""What Batchreel and the pollers rely on in SQS."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.account import arn
from infra.local.sqs import Queues, SqsError
from tests.local.conftest import Clients, until


def receive(aws: Clients, queue: str, **more: Any) -> list[dict[str, Any]]:
    options = {"MaxNumberOfMessages": 10, "AttributeNames": ["All"], **more}
    messages: list[dict[str, Any]] = aws.sqs.receive_message(QueueUrl=queue, **options).get("Messages", [])
    return messages


def counts(aws: Clients, queue: str) -> list[int]:
    """Waiting and in flight."""
    names = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible")]
    found = aws.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return [int(found[name]) for name in names]


def refused(call: Any, code: str, **arguments: Any) -> None:
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    assert raised.value.response["Error"]["Code"].rpartition(".")[2] == code


def test_message_comes_back_until_it_is_deleted(aws: Clients, queue: str) -> None:
    aws.sqs.send_message(QueueUrl=queue, MessageBody="work", MessageGroupId="account-1")
    [first] = receive(aws, queue, VisibilityTimeout=600)
    assert first["Attributes"]["MessageGroupId"] == "account-1"
    assert first["Attributes"]["ApproximateReceiveCount"] == "1"
    assert receive(aws, queue) == []
    assert counts(aws, queue) == [0, 1]
    handle = {"QueueUrl": queue, "ReceiptHandle": first["ReceiptHandle"]}
    aws.sqs.change_message_visibility(**handle, VisibilityTimeout=0)
    [again] = receive(aws, queue)
    assert again["Attributes"]["ApproximateReceiveCount"] == "2"
    aws.sqs.delete_message(**handle)  # an old handle deletes nothing
    assert counts(aws, queue) == [0, 1]
    aws.sqs.delete_message(QueueUrl=queue, ReceiptHandle=again["ReceiptHandle"])
    assert counts(aws, queue) == [0, 0]


def test_redrive_after_the_receives_allowed(aws: Clients, queue: str) -> None:
    dead = aws.sqs.create_queue(QueueName=queue.rpartition("/")[2] + "-dead")["QueueUrl"]
    policy = {"deadLetterTargetArn": arn("sqs", dead.rpartition("/")[2]), "maxReceiveCount": 2}
    aws.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": json.dumps(policy)})
    aws.sqs.send_message(QueueUrl=queue, MessageBody="poison")
    assert [len(receive(aws, queue, VisibilityTimeout=0)) for _ in range(3)] == [1, 1, 0]
    [message] = receive(aws, dead)
    assert message["Body"] == "poison"
    assert message["Attributes"]["DeadLetterQueueSourceArn"] == arn("sqs", queue.rpartition("/")[2])
    assert message["Attributes"]["ApproximateReceiveCount"] == "3"


def test_batch_answers_each_entry(aws: Clients, queue: str) -> None:
    entries = [{"Id": name, "MessageBody": name, "MessageGroupId": "account-1"} for name in ("a", "b")]
    answer = aws.sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["a", "b"]
    assert not answer.get("Failed")
    messages = receive(aws, queue)
    assert [(m["Body"], m["Attributes"]["MessageGroupId"]) for m in messages] == [
        ("a", "account-1"),
        ("b", "account-1"),
    ]


def test_attributes_go_with_a_message_for_who_asks(aws: Clients, queue: str) -> None:
    given = {name: {"DataType": "String", "StringValue": name.upper()} for name in ("a", "b")}
    aws.sqs.send_message(QueueUrl=queue, MessageBody="work", MessageAttributes=given)
    for asked, found in ((["b"], {"b"}), (["All"], {"a", "b"}), ([], set())):
        [message] = receive(aws, queue, MessageAttributeNames=asked, VisibilityTimeout=0)
        assert message.get("MessageAttributes", {}) == {name: given[name] for name in found}


def test_a_message_over_the_queues_size_is_refused(aws: Clients, queue: str) -> None:
    aws.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"MaximumMessageSize": "1024"})
    aws.sqs.send_message(QueueUrl=queue, MessageBody="é" * 512)
    refused(aws.sqs.send_message, "InvalidParameterValue", QueueUrl=queue, MessageBody="é" * 512 + "x")
    attribute = {"name": {"DataType": "String", "StringValue": "x" * 1024}}
    refused(
        aws.sqs.send_message,
        "InvalidParameterValue",
        QueueUrl=queue,
        MessageBody="x",
        MessageAttributes=attribute,
    )


def test_what_is_refused(aws: Clients, queue: str) -> None:
    eleven = [{"Id": str(number), "MessageBody": "x"} for number in range(11)]
    refused(aws.sqs.send_message_batch, "TooManyEntriesInBatchRequest", QueueUrl=queue, Entries=eleven)
    refused(aws.sqs.send_message, "NonExistentQueue", QueueUrl=queue + "-no", MessageBody="x")
    refused(aws.sqs.tag_queue, "UnsupportedOperation", QueueUrl=queue, Tags={})
    aws.sqs.send_message(QueueUrl=queue, MessageBody="x")
    [message] = receive(aws, queue, VisibilityTimeout=0)
    handle = {"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]}
    refused(aws.sqs.change_message_visibility, "MessageNotInflight", **handle, VisibilityTimeout=5)


def test_long_poll_sees_a_message_that_becomes_visible(aws: Clients, queue: str) -> None:
    aws.sqs.send_message(QueueUrl=queue, MessageBody="later")
    receive(aws, queue, VisibilityTimeout=1)
    assert receive(aws, queue) == []
    assert [m["Body"] for m in until(lambda: receive(aws, queue, WaitTimeSeconds=20))] == ["later"]


@pytest.fixture
def queues() -> Iterator[Queues]:
    made = Queues("http://127.0.0.1:1")
    yield made
    made.close()


def steps(queues: Queues, call: Any) -> int:
    """SQLite's own measure of the work done, in units of ten virtual machine instructions."""
    done = [0]

    def count() -> int:
        done[0] += 1
        return 0

    queues._db.set_progress_handler(count, 10)
    call()
    queues._db.set_progress_handler(None, 10)
    return done[0]


def test_depth_costs_nothing(queues: Queues) -> None:
    def filled(name: str, count: int) -> list[int]:
        queues.call("CreateQueue", {"QueueName": name})
        for number in range(count):
            queues.call("SendMessage", {"QueueUrl": name, "MessageBody": str(number)})
        handles: list[str] = []

        def take() -> None:
            found = queues.call("ReceiveMessage", {"QueueUrl": name, "MaxNumberOfMessages": 10})
            handles.extend(message["ReceiptHandle"] for message in found["Messages"])

        def delete() -> None:
            queues.call("DeleteMessage", {"QueueUrl": name, "ReceiptHandle": handles.pop()})

        send = {"QueueUrl": name, "MessageBody": "one more"}
        return [steps(queues, call) for call in (take, delete, lambda: queues.call("SendMessage", send))]

    shallow, deep = filled("shallow", 20), filled("deep", 2000)
    assert all(d <= 2 * s + 5 for d, s in zip(deep, shallow, strict=True)), (shallow, deep)


def test_closed_queues_answer_nothing(queues: Queues) -> None:
    queues.close()
    assert not queues.wait("any", 5)
    with pytest.raises(SqsError):
        queues.call("CreateQueue", {"QueueName": "any"})
    with pytest.raises(sqlite3.ProgrammingError):
        queues._db.execute("SELECT 1")
