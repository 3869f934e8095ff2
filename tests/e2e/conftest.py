"""The real event stack, entered by the front door. Waits are shortened by configuration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.stack import LocalStack
from tests.e2e.client import Client
from tests.stand_ins.web import Receiver, WebServer

MEDIA = Path(__file__).parents[2] / "infra" / "demo" / "media"
QUICK = {
    "BATCHREEL_WEBHOOK_SCHEDULE": "0,1,1",
    "BATCHREEL_LEASE_SECONDS": "3",
    "BATCHREEL_ENQUEUE_GRACE_SECONDS": "1",
    "BATCHREEL_RETRY_SECONDS": "1",
    "BATCHREEL_SCHEDULE_SECONDS": "1",
    "BATCHREEL_INLINE_DOWNLOAD_BYTES": "1000000",
}


@pytest.fixture(scope="package")
def stack() -> Iterator[LocalStack]:
    with LocalStack(workers=2, env=QUICK) as running:
        yield running


@pytest.fixture
def client(stack: LocalStack) -> Iterator[Client]:
    made = Client(stack)
    yield made
    made.close()


@pytest.fixture(scope="package")
def media() -> Iterator[WebServer]:
    with WebServer(MEDIA) as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running
