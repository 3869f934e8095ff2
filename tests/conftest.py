"""The cloud for tests below the front door: moto in this process, made from the template in infra."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from moto import mock_aws

from chalicelib import aws
from chalicelib.settings import settings
from infra.local import account, moto_patches, template
from infra.local.apply import Applier
from tests.clock import FakeClock
from tests.moto_state import Snapshot
from tests.privacy import Leaks
from tests.stand_ins.web import Receiver, WebServer

gc.set_threshold(100_000, 50, 100)  # moto and botocore hold much that stays: looking through it all is slow

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": account.REGION,
}
FUNCTIONS = ("Aggregate", "Deliver", "Recover")
INFRA = account.ROOT / "infra"


@dataclass(frozen=True)
class Cloud:
    clock: FakeClock


@pytest.fixture(scope="module")
def media() -> Iterator[WebServer]:
    """The demo's videos at a URL."""
    with WebServer(INFRA / "demo" / "media") as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(autouse=True)
def _no_secret_is_logged() -> Iterator[None]:
    """Whatever a test does, and whether or not it is about logs."""
    leaks = Leaks()
    logging.getLogger().addHandler(leaks)
    yield
    logging.getLogger().removeHandler(leaks)
    assert leaks.found == []


@pytest.fixture(autouse=True)
def _fresh_settings() -> Iterator[None]:
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> Iterator[Cloud]:
    """Clients outlive a test, as making them takes longer than most tests; what they talk to does not."""
    with in_moto(monkeypatch):
        yield Cloud(clock)


@contextmanager
def in_moto(environment: pytest.MonkeyPatch) -> Iterator[None]:
    environment.delenv("AWS_ENDPOINT_URL", raising=False)
    for name, value in CREDENTIALS.items():
        environment.setenv(name, value)
    with mock_aws(config={"stepfunctions": {"execute_state_machine": False}}):
        resources, variables = _resources()
        resources.restore()
        for name, value in variables.items():
            environment.setenv(name, value)
        environment.setenv("BATCHREEL_DANGEROUS_ALLOW_NETS", "127.0.0.0/8,::1/128")
        yield


@cache
def _resources() -> tuple[Snapshot, dict[str, str]]:
    """Made once in a process, inside of moto."""
    moto_patches.quicken_tables()
    applier = Applier(_document(), _client, INFRA, FUNCTIONS)
    applier.apply()
    return Snapshot(), applier.environment(FUNCTIONS)


@cache
def _client(service: str) -> Any:
    return account.client(service, None)


@cache
def _document() -> dict[str, Any]:
    aws.forget()
    return template.whole()
