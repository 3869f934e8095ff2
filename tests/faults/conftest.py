from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stand_ins.web import Receiver, WebServer

MEDIA = Path(__file__).parents[2] / "infra" / "demo" / "media"


@pytest.fixture(scope="module")
def media() -> Iterator[WebServer]:
    with WebServer(MEDIA) as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running
