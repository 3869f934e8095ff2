"""What plain moto gets wrong under threads must be exact here."""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import ClientError
from werkzeug.test import create_environ

from infra.local.stack import LocalStack
from tests.local.conftest import Clients, key


def in_parallel(count: int, work: Callable[[int], Any]) -> list[Any]:
    barrier = threading.Barrier(count)

    def started(number: int) -> Any:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(started, range(count)))


def number(aws: Clients, table: str, pk: str) -> int:
    return int(aws.dynamodb.get_item(TableName=table, Key=key(pk))["Item"]["n"]["N"])


def succeeds(call: Callable[..., Any], error: str, **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as raised:
        if raised.response["Error"]["Code"] != error:
            raise
        return False
    return True


def add_one(table: str, pk: str) -> dict[str, Any]:
    return {
        "TableName": table,
        "Key": key(pk),
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }


def put_once(table: str, pk: str) -> dict[str, Any]:
    return {
        "TableName": table,
        "Item": key(pk),
        "ConditionExpression": "attribute_not_exists(pk)",
    }


def test_counter_loses_no_update(stack: LocalStack, aws: Clients, table: str) -> None:
    """Without the sockets and the SDK that take most of the time, and with threads that take turns so often
    that, unlocked, many of these calls would be lost."""
    body = json.dumps(add_one(table, "counter")).encode()
    environ = create_environ(
        method="POST",
        headers={
            "Authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/dynamodb/aws4_request",
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": "DynamoDB_20120810.UpdateItem",
        },
    )

    def work(_: int) -> set[str]:
        seen: set[str] = set()
        for _ in range(150):
            fresh = {**environ, "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}
            list(stack.gateway(fresh, lambda status, headers: seen.add(status)))
        return seen

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    try:
        assert in_parallel(16, work) == [{"200 OK"}] * 16
    finally:
        sys.setswitchinterval(before)
    assert number(aws, table, "counter") == 2400


def test_conditional_put_has_one_winner(aws: Clients, table: str) -> None:
    for turn in range(30):

        def work(_: int, pk: str = f"turn-{turn}") -> bool:
            error = "ConditionalCheckFailedException"
            return succeeds(aws.dynamodb.put_item, error, **put_once(table, pk))

        assert sum(in_parallel(8, work)) == 1


def test_transaction_is_all_or_nothing(aws: Clients, table: str) -> None:
    def once(turn: int) -> bool:
        items = [{"Put": put_once(table, f"item-{turn}")}, {"Update": add_one(table, "counter")}]
        error = "TransactionCanceledException"
        return succeeds(aws.dynamodb.transact_write_items, error, TransactItems=items)

    won = in_parallel(8, lambda _: sum(once(turn) for turn in range(40)))
    assert sum(won) == 40
    assert number(aws, table, "counter") == 40


def test_queue_loses_and_doubles_nothing(aws: Clients, queue: str) -> None:
    expected = {f"{sender}-{batch}-{i}" for sender in range(4) for batch in range(15) for i in range(4)}
    received: Counter[str] = Counter()

    def send(sender: int) -> None:
        for batch in range(15):
            entries = [{"Id": str(i), "MessageBody": f"{sender}-{batch}-{i}"} for i in range(4)]
            assert len(aws.sqs.send_message_batch(QueueUrl=queue, Entries=entries)["Successful"]) == 4

    def receive(_: int) -> None:
        while received.total() < len(expected):
            answer = aws.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in answer.get("Messages", []):
                aws.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                received[message["Body"]] += 1

    in_parallel(8, lambda n: send(n) if n < 4 else receive(n))
    assert set(received) == expected
    assert set(received.values()) == {1}
    counts = aws.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessages"] == counts["ApproximateNumberOfMessagesNotVisible"] == "0"


@pytest.mark.parametrize("turn", range(3))
def test_optimistic_lock_counts_its_successes(aws: Clients, table: str, turn: int) -> None:
    pk = f"version-{turn}"
    aws.dynamodb.put_item(TableName=table, Item={**key(pk), "n": {"N": "0"}})

    def once() -> bool:
        seen = number(aws, table, pk)
        return succeeds(
            aws.dynamodb.update_item,
            "ConditionalCheckFailedException",
            TableName=table,
            Key=key(pk),
            UpdateExpression="SET n = :new",
            ConditionExpression="n = :old",
            ExpressionAttributeValues={":new": {"N": str(seen + 1)}, ":old": {"N": str(seen)}},
        )

    won = in_parallel(8, lambda _: sum(once() for _ in range(10)))
    assert sum(won) == number(aws, table, pk)
