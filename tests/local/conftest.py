"""One stack for all tests of this folder, running the small application beside this file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib import aws as aws_clients
from chalicelib.settings import settings
from infra.local import account
from infra.local.stack import LocalStack

HERE = Path(__file__).parent
LIMIT_SECONDS = 60


def until(condition: Callable[[], Any], seconds: float = LIMIT_SECONDS) -> Any:
    """What the condition gave as soon as it was true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"still not so after {seconds} s"
        time.sleep(0.02)
    return found


@pytest.fixture(scope="package")
def ticks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ticks")


@pytest.fixture(scope="package")
def stack(ticks: Path) -> Iterator[LocalStack]:
    env = {"BATCHREEL_TEST_FOLDER": str(ticks), "BATCHREEL_SCHEDULE_SECONDS": "0.5"}
    with LocalStack(
        workers=2, env=env, app="tests.local.app", config=HERE / "config.json", ensure_key=None
    ) as running:
        yield running


class Clients:
    """Clients that never retry, so that an error of the stack is seen."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self.dynamodb = self.make("dynamodb")
        self.sqs = self.make("sqs")

    def make(self, service: str) -> Any:
        settings = {"retries": {"max_attempts": 0}, "max_pool_connections": 32}
        return account.client(service, self._endpoint, settings)


@pytest.fixture(scope="package")
def aws(stack: LocalStack) -> Iterator[Clients]:
    clients = Clients(stack.aws_url)
    yield clients
    clients.dynamodb.close()
    clients.sqs.close()


_made = iter(range(10_000))


@pytest.fixture
def table(aws: Clients) -> Iterator[str]:
    """A fresh table with the keys and the sparse index of the batches table."""
    name = f"table-{next(_made)}"
    attributes = {"pk": "S", "sk": "S", "open": "S", "at": "N"}
    aws.dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": k, "AttributeType": v} for k, v in attributes.items()],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "open",
                "KeySchema": [
                    {"AttributeName": "open", "KeyType": "HASH"},
                    {"AttributeName": "at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
    yield name
    aws.dynamodb.delete_table(TableName=name)


@pytest.fixture
def queue(aws: Clients) -> str:
    url: str = aws.sqs.create_queue(QueueName=f"queue-{next(_made)}")["QueueUrl"]
    return url


def key(pk: str, sk: str = "#") -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


@pytest.fixture
def tables(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The application in this process works on the stack, whose tables are exact under threads."""
    for name, value in stack.env.items():
        monkeypatch.setenv(name, value)
    aws_clients.forget()
    settings.cache_clear()
    yield
    for client in (aws_clients.dynamodb(), aws_clients.sqs(), aws_clients.kms()):
        client.close()
    aws_clients.forget()
