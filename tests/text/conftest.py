from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib import vault
from tests.conftest import Cloud
from tests.stand_ins.youtube import YouTube
from tests.text.tasks import QuietTask


@pytest.fixture
def task() -> QuietTask:
    return QuietTask()


@pytest.fixture
def youtube(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[YouTube]:
    """In YouTube's place, with no videos: put them into `youtube.videos`."""
    with YouTube() as running:
        monkeypatch.setenv("BATCHREEL_YOUTUBE_BASE_URL", running.base)
        yield running


@pytest.fixture(autouse=True)
def _fresh_secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("BATCHREEL_YOUTUBE_PROXY", raising=False)
    vault.forget()
    yield
    vault.forget()
