from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib import aws
from chalicelib.accounts import keys
from chalicelib.settings import settings
from tests.conftest import Cloud

ANSWERS = "arn:aws:sqs:us-east-1:123456789012:answers-*"


@pytest.fixture
def key(cloud: Cloud) -> str:
    """An API key of the account acme."""
    settings.cache_clear()
    return keys.create("acme")


@pytest.fixture
def trusting(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_INTAKE_TRUSTS_ACCOUNTS", "true")
    settings.cache_clear()


@pytest.fixture
def queue_of(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Makes a queue outside the stack; those named answers-… may be replied to."""
    monkeypatch.setenv("BATCHREEL_REPLY_QUEUES", ANSWERS)
    settings.cache_clear()
    return lambda name: aws.sqs().create_queue(QueueName=name)["QueueUrl"]
