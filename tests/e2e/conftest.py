"""The real event stack, entered by the front door. Waits are shortened by configuration."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.local.stack import LocalStack
from tests.e2e.client import QUICK, Client


@pytest.fixture(scope="package")
def stack() -> Iterator[LocalStack]:
    with LocalStack(workers=2, env={**QUICK, "BATCHREEL_INLINE_DOWNLOAD_BYTES": "1000000"}) as running:
        yield running


@pytest.fixture
def client(stack: LocalStack) -> Iterator[Client]:
    made = Client(stack)
    yield made
    made.close()
