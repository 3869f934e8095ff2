from __future__ import annotations

import os

import pytest

from chalicelib.batches import kinds
from tests.batches import echo_kind
from tests.conftest import Cloud


@pytest.fixture
def engine(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """The engine with the kind `echo` plugged in, as any kind is: lines in the registry and a queue."""
    monkeypatch.setitem(kinds.RUNNERS, "echo", "tests.batches.echo_kind")
    monkeypatch.setitem(kinds.SENT, "echo", "tests.batches.echo_kind")
    monkeypatch.setitem(kinds.USAGE, "echo", "tests.batches.echo_kind")
    monkeypatch.setenv("BATCHREEL_QUEUE_URL_ECHO_NORMAL", os.environ["BATCHREEL_QUEUE_URL_AUDIO_NORMAL"])
    monkeypatch.setattr(echo_kind, "mended", False)
    echo_kind.runs.clear()
    echo_kind.lasting.clear()
    return cloud
