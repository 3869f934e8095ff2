"""The corpus, made once for all workers of a test run, and jobs over it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.audio.conftest import audio, environment
from tests.media import corpus as makers
from tests.stand_ins.web import WebServer

__all__ = ["audio", "environment"]  # fixtures


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "corpus"
    with (folder.parent / "corpus.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = folder.with_name(f"corpus-{os.getpid()}")
            making.mkdir()
            makers.make(making)
            making.rename(folder)
    return folder


@pytest.fixture(scope="session")
def web(corpus: Path) -> Iterator[WebServer]:
    with WebServer(corpus) as server:
        yield server
