from __future__ import annotations

import os

import pytest

from chalicelib.batches import kinds
from tests.batches import echo_kind
from tests.conftest import Cloud


@pytest.fixture
def engine(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    plugged_in(monkeypatch)
    return cloud


def plugged_in(environment: pytest.MonkeyPatch) -> None:
    """The engine with the kind `echo` plugged in, as any kind is: lines in the registry and a queue."""
    environment.setitem(kinds.RUNNERS, "echo", "tests.batches.echo_kind")
    environment.setitem(kinds.SENT, "echo", "tests.batches.echo_kind")
    environment.setenv("BATCHREEL_QUEUE_URL_ECHO_NORMAL", os.environ["BATCHREEL_QUEUE_URL_AUDIO_NORMAL"])
    environment.setattr(echo_kind, "mended", False)
    echo_kind.runs.clear()
