"""What Batchreel and the pollers rely on in SQS."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.sqs import Queues
from infra.local.sqs_rules import SqsError, arn
from tests.local.conftest import Clients, until


def receive(aws: Clients, queue: str, **more: Any) -> list[dict[str, Any]]:
    options = {"MaxNumberOfMessages": 10, "AttributeNames": ["All"], "MessageAttributeNames": ["All"], **more}
    messages: list[dict[str, Any]] = aws.sqs.receive_message(QueueUrl=queue, **options).get("Messages", [])
    return messages


def counts(aws: Clients, queue: str) -> list[int]:
    """Waiting, delayed and in flight."""
    names = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "Delayed", "NotVisible")]
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
    assert counts(aws, queue) == [0, 0, 1]
    handle = {"QueueUrl": queue, "ReceiptHandle": first["ReceiptHandle"]}
    aws.sqs.change_message_visibility(**handle, VisibilityTimeout=0)
    [again] = receive(aws, queue)
    assert again["Attributes"]["ApproximateReceiveCount"] == "2"
    aws.sqs.delete_message(**handle)  # an old handle deletes nothing
    assert counts(aws, queue) == [0, 0, 1]
    aws.sqs.delete_message(QueueUrl=queue, ReceiptHandle=again["ReceiptHandle"])
    assert counts(aws, queue) == [0, 0, 0]


def test_redrive_after_the_receives_allowed(aws: Clients, queue: str) -> None:
    dead = aws.sqs.create_queue(QueueName=queue.rpartition("/")[2] + "-dead")["QueueUrl"]
    policy = {"deadLetterTargetArn": arn(dead.rpartition("/")[2]), "maxReceiveCount": 2}
    aws.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": json.dumps(policy)})
    aws.sqs.send_message(
        QueueUrl=queue,
        MessageBody="poison",
        MessageAttributes={"kind": {"DataType": "String", "StringValue": "audio"}},
    )
    assert [len(receive(aws, queue, VisibilityTimeout=0)) for _ in range(3)] == [1, 1, 0]
    [message] = receive(aws, dead)
    assert message["Body"] == "poison"
    assert message["MessageAttributes"]["kind"]["StringValue"] == "audio"
    assert message["Attributes"]["DeadLetterQueueSourceArn"] == arn(queue.rpartition("/")[2])
    assert message["Attributes"]["ApproximateReceiveCount"] == "3"


def test_batches_answer_each_entry(aws: Clients, queue: str) -> None:
    entries = [{"Id": "good", "MessageBody": "x"}, {"Id": "bad", "MessageBody": "x", "DelaySeconds": 901}]
    answer = aws.sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["good"]
    assert [entry["Id"] for entry in answer["Failed"]] == ["bad"]
    [message] = receive(aws, queue)
    handles = [{"Id": "0", "ReceiptHandle": message["ReceiptHandle"]}]
    seconds = [{**handles[0], "VisibilityTimeout": 0}]
    assert aws.sqs.change_message_visibility_batch(QueueUrl=queue, Entries=seconds)["Successful"]
    assert aws.sqs.delete_message_batch(QueueUrl=queue, Entries=handles)["Successful"]
    assert counts(aws, queue) == [0, 0, 0]


def test_what_is_refused(aws: Clients, queue: str) -> None:
    def entries(*ids: str) -> list[dict[str, str]]:
        return [{"Id": name, "MessageBody": "x"} for name in ids]

    batch, send = aws.sqs.send_message_batch, aws.sqs.send_message
    eleven = entries(*map(str, range(11)))
    refused(batch, "TooManyEntriesInBatchRequest", QueueUrl=queue, Entries=eleven)
    refused(batch, "EmptyBatchRequest", QueueUrl=queue, Entries=[])
    refused(batch, "BatchEntryIdsNotDistinct", QueueUrl=queue, Entries=entries("a", "a"))
    large = [{"Id": str(i), "MessageBody": "x" * 200_000} for i in range(6)]
    refused(batch, "BatchRequestTooLong", QueueUrl=queue, Entries=large)
    refused(send, "InvalidParameterValue", QueueUrl=queue, MessageBody="x" * 1048577)
    refused(send, "MissingParameter", QueueUrl=queue, MessageBody="")
    refused(send, "NonExistentQueue", QueueUrl=queue + "-no", MessageBody="x")
    refused(aws.sqs.delete_message, "ReceiptHandleIsInvalid", QueueUrl=queue, ReceiptHandle="?")
    refused(aws.sqs.receive_message, "InvalidParameterValue", QueueUrl=queue, MaxNumberOfMessages=11)
    refused(aws.sqs.tag_queue, "UnsupportedOperation", QueueUrl=queue, Tags={})
    aws.sqs.send_message(QueueUrl=queue, MessageBody="x")
    [message] = receive(aws, queue, VisibilityTimeout=0)
    handle = {"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]}
    refused(aws.sqs.change_message_visibility, "MessageNotInflight", **handle, VisibilityTimeout=5)


def test_queues_are_found_purged_and_made_again(aws: Clients, queue: str) -> None:
    name = queue.rpartition("/")[2]
    assert aws.sqs.get_queue_url(QueueName=name)["QueueUrl"] == queue
    assert aws.sqs.list_queues(QueueNamePrefix=name)["QueueUrls"] == [queue]
    aws.sqs.send_message(QueueUrl=queue, MessageBody="x", DelaySeconds=900)
    assert counts(aws, queue) == [0, 1, 0]
    assert aws.sqs.create_queue(QueueName=name)["QueueUrl"] == queue
    other = {"VisibilityTimeout": "77"}
    refused(aws.sqs.create_queue, "QueueAlreadyExists", QueueName=name, Attributes=other)
    aws.sqs.purge_queue(QueueUrl=queue)
    assert counts(aws, queue) == [0, 0, 0]


def test_long_poll_sees_a_delayed_message(aws: Clients, queue: str) -> None:
    aws.sqs.send_message(QueueUrl=queue, MessageBody="later", DelaySeconds=1)
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
        queues.call("ListQueues", {})
    with pytest.raises(sqlite3.ProgrammingError):
        queues._db.execute("SELECT 1")
