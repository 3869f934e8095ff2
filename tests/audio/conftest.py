from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from chalicelib import aws
from chalicelib.audio import runner
from chalicelib.settings import settings
from tests.audio.media import make_media
from tests.stand_ins.web import WebServer

BUCKET = "batchreel-test"


class RecordingTask:
    """A Task that remembers what it was told."""

    job_id = "job_0123456789abc000"
    attempt = 1
    object_prefix = "results/job_0123456789abc000/1/"

    def __init__(self, seconds: float = 300, on_report: Callable[[str], None] = lambda _: None) -> None:
        self.reports: list[tuple[int, str]] = []
        self.facts: dict[str, Any] = {}
        self._seconds = seconds
        self._on_report = on_report

    def report(self, progress: int, step: str, facts: Mapping[str, Any] | None = None) -> None:
        self.reports.append((progress, step))
        self.facts.update(facts or {})
        self._on_report(step)

    def submit_children(self, requests: Sequence[Mapping[str, Any]]) -> str:
        raise AssertionError("audio makes no batches")

    def seconds_left(self) -> float:
        return self._seconds

    def steps(self) -> list[str]:
        return list(dict.fromkeys(step for _, step in self.reports))


class Audio:
    """Runs jobs over the media of the test session and fetches their results."""

    def __init__(self, web: WebServer, folder: Path) -> None:
        self.web = web
        self._folder = folder

    def run(self, path: str, to: str, task: RecordingTask | None = None, **request: Any) -> dict[str, Any]:
        url = path if re.match(r"\w+://|upload:", path) else self.web.url(path)
        return runner.run({"url": url, "format": to, **request}, task or RecordingTask())

    def result(self, outcome: Mapping[str, Any]) -> Path:
        path = self._folder / f"result.{outcome['output']['format']}"
        aws.s3().download_file(BUCKET, outcome["output"]["key"], str(path))
        return path


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    make_media(folder)
    return folder


@pytest.fixture(scope="session")
def web(media: Path) -> Iterator[WebServer]:
    with WebServer(media) as server:
        yield server


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    for name in ("BATCHES_TABLE", "ACCOUNTS_TABLE", "EVENT_BUS", "FINISH_ARN", "KMS_KEY"):
        monkeypatch.setenv("BATCHREEL_" + name, "unused")
    monkeypatch.setenv("BATCHREEL_BUCKET", BUCKET)
    monkeypatch.setenv("BATCHREEL_DANGEROUS_ALLOW_NETS", "127.0.0.0/8")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


@pytest.fixture
def audio(environment: pytest.MonkeyPatch, web: WebServer, tmp_path: Path) -> Iterator[Audio]:
    """Also checks that every job cleans up after itself."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environment.setattr(tempfile, "tempdir", str(temporary))
    with mock_aws():
        aws.s3().create_bucket(Bucket=BUCKET)
        yield Audio(web, tmp_path)
    assert list(temporary.iterdir()) == []
