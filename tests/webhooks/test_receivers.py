"""The receivers that docs/webhook-receivers.md shows, run as they stand, against what is really sent."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib import outbound
from chalicelib.webhooks import sign

GUIDE = (Path(__file__).parents[2] / "docs" / "webhook-receivers.md").read_text()
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEWER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = '{"event":"job.completed","name":"Käse 日本"}'.encode()
ID = "evt_0123456789abc001_1"
NODE_LIBRARY = os.environ.get("NODE_PATH", "")
WITH_NODE = shutil.which("node") and (Path(NODE_LIBRARY) / "standardwebhooks").is_dir()


def code(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    assert found
    return found[1]


class Running:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        self._lines = process.stdout
        self.url = self._lines.readline().strip()

    def line(self) -> str:
        return self._lines.readline().strip()

    def post(self, headers: dict[str, str], body: bytes = BODY) -> int:
        return outbound.post(
            self.url, body, {"content-type": "application/json", **headers}, timeout=10
        ).status


def _command(language: str, program: Path) -> list[str]:
    program.write_text(code(language))
    return [sys.executable if language == "python" else "node", str(program)]


@pytest.fixture(
    params=[
        "python",
        pytest.param(
            "javascript",
            marks=pytest.mark.skipif(not WITH_NODE, reason="needs node, and standardwebhooks in NODE_PATH"),
        ),
    ]
)
def receiver(request: pytest.FixtureRequest, cloud: object, tmp_path: Path) -> Iterator[Running]:
    environment = {**os.environ, "WEBHOOK_SECRET": SECRET, "PORT": "0"}
    command = _command(
        request.param, tmp_path / ("receiver.py" if request.param == "python" else "receiver.js")
    )
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Running(process)
        finally:
            process.kill()


def signed(*secrets: str, at: int | None = None, body: bytes = BODY) -> dict[str, str]:
    return sign.headers(secrets, ID, int(time.time()) if at is None else at, body)


def test_an_event_is_taken_and_acted_on_once(receiver: Running) -> None:
    assert receiver.post(signed(SECRET)) == 204
    assert receiver.line() == f"{ID} job.completed"
    assert receiver.post(signed(SECRET)) == 204
    other = {**sign.headers([SECRET], "evt_2", int(time.time()), b'{"event":"batch.completed"}')}
    assert receiver.post(other, b'{"event":"batch.completed"}') == 204
    assert receiver.line() == "evt_2 batch.completed"


def test_a_secret_being_replaced_is_no_interruption(receiver: Running) -> None:
    assert receiver.post(signed(NEWER, SECRET)) == 204
    assert receiver.line() == f"{ID} job.completed"


def test_what_does_not_verify_is_refused(receiver: Running) -> None:
    now = int(time.time())
    assert receiver.post(signed(NEWER)) == 401
    assert receiver.post(signed(SECRET, at=now - 600)) == 401
    assert receiver.post(signed(SECRET, at=now + 600)) == 401
    assert receiver.post(signed(SECRET), body=json.dumps({"event": "x"}).encode()) == 401
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        assert receiver.post({key: value for key, value in signed(SECRET).items() if key != name}) == 401
