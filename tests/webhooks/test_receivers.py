"""The receivers of the guide run as they stand there, and take what the engine sends."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib.accounts import endpoints
from chalicelib.accounts.endpoint_rows import Endpoint
from chalicelib.webhooks import attempts, order, sign
from chalicelib.webhooks.addresses import Address
from tests.clock import FakeClock
from tests.webhooks.ended import ended_job
from tests.webhooks.machine import attempt

pytestmark = pytest.mark.usefixtures("cloud")
GUIDE = (Path(__file__).parents[2] / "docs" / "webhook-receivers.md").read_text()
NODE = shutil.which("node")
OTHER = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DAY_MS = 24 * 3600 * 1000


def _node_has_the_library() -> bool:
    if NODE is None:
        return False
    return subprocess.run([NODE, "-e", "require('standardwebhooks')"], capture_output=True).returncode == 0


def _block(language: str) -> str:
    [program] = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    return str(program)


def _rows(folder: Path) -> dict[str, str]:
    if not (folder / "inbox.db").exists():
        return {}
    with closing(sqlite3.connect(folder / "inbox.db")) as inbox:
        return dict(inbox.execute("SELECT id, body FROM events"))


def _files(folder: Path) -> dict[str, str]:
    return {file.stem: file.read_text() for file in (folder / "inbox").iterdir()}


@dataclass(frozen=True)
class Language:
    command: list[str]
    inbox: Callable[[Path], dict[str, str]]
    """Of a folder: bodies by their ids."""


LANGUAGES = {
    "python": Language([sys.executable, "-W", "error", "-c"], _rows),
    "js": Language([NODE or "node", "-e"], _files),
}
needs_node = pytest.mark.skipif(
    not _node_has_the_library(),
    reason="needs node, and NODE_PATH to lead to what `npm install standardwebhooks` installed",
)


class Running:
    """A receiver of the guide; `start` it with a secret, again with another."""

    def __init__(self, name: str, folder: Path, ending: ExitStack) -> None:
        self.name, self.folder, self.ending = name, folder, ending
        self.language = LANGUAGES[name]

    def start(self, secret: str) -> str:
        """Its URL."""
        process = subprocess.Popen(
            [*self.language.command, _block(self.name)],
            env={**os.environ, "WEBHOOK_SECRET": secret, "PORT": "0"},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.ending.enter_context(process)
        self.ending.callback(process.kill)
        assert process.stdout
        return process.stdout.readline().strip()

    def kept(self) -> dict[str, str]:
        return self.language.inbox(self.folder)


@pytest.fixture(params=["python", pytest.param("js", marks=needs_node)])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    with ExitStack() as ending:
        yield Running(request.param, tmp_path, ending)


@pytest.fixture
def event_id() -> str:
    return ended_job().event_id


@pytest.fixture
def made() -> tuple[Endpoint, str]:
    return endpoints.create("acme", "http://127.0.0.1:1/", (), "", 1)


def lead(endpoint: Endpoint, url: str) -> None:
    endpoints.update("acme", endpoint.id, url=url, now=2)


def sent(event_id: str, endpoint: Endpoint, clock: FakeClock, run: str = "scheduled") -> tuple[str, int]:
    """The outcome of one attempt, and the status that the receiver answered."""
    address = Address(event_id, endpoint.id)
    answer = attempt(order.request(address, run, "acme"), clock)
    [logged] = [each for each in attempts.of(address) if each.run == run]
    return answer["outcome"], logged.status


def test_it_keeps_each_event_once(
    running: Running, event_id: str, made: tuple[Endpoint, str], clock: FakeClock
) -> None:
    endpoint, secret = made
    lead(endpoint, running.start(secret))
    assert sent(event_id, endpoint, clock) == ("delivered", 204)
    assert sent(event_id, endpoint, clock, "manual-1") == ("delivered", 204)
    [(kept_id, body)] = running.kept().items()
    assert (kept_id, '"event": "job.completed"' in body) == (event_id, True)


def test_it_takes_either_secret_while_one_is_replaced(
    running: Running, event_id: str, made: tuple[Endpoint, str], clock: FakeClock
) -> None:
    endpoint, old = made
    new = endpoints.rotate("acme", endpoint.id, clock())
    runs = iter(("manual-1", "manual-2", "manual-3"))
    for secret, status in ((old, 204), (new, 204), (OTHER, 401)):
        lead(endpoint, running.start(secret))
        assert sent(event_id, endpoint, clock, next(runs))[1] == status
    assert len(running.kept()) == 1


def test_after_a_day_the_old_secret_is_none(
    running: Running, event_id: str, made: tuple[Endpoint, str], clock: FakeClock
) -> None:
    endpoint, old = made
    endpoints.rotate("acme", endpoint.id, clock() - DAY_MS)
    lead(endpoint, running.start(old))
    assert sent(event_id, endpoint, clock) == ("retry", 401)
    assert running.kept() == {}


@pytest.mark.parametrize("minutes", [-6, 6])
def test_it_refuses_what_is_too_old_or_too_new(
    running: Running, event_id: str, made: tuple[Endpoint, str], clock: FakeClock, minutes: int
) -> None:
    endpoint, secret = made
    lead(endpoint, running.start(secret))
    clock.forward(minutes * 60)
    assert sent(event_id, endpoint, clock) == ("retry", 401)
    assert running.kept() == {}


def posted(url: str, body: bytes, headers: dict[str, str]) -> int:
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)) as connection:
        connection.request("POST", "/", body, headers)
        return connection.getresponse().status


WRONG: list[dict[str, Any]] = [
    *({name: None} for name in ("webhook-id", "webhook-timestamp", "webhook-signature")),
    *({"webhook-signature": text} for text in ("v1", "v1,", "v1,?", "v1,a,b", "v2,g0hM", "x")),
    {"webhook-timestamp": "yesterday"},
    {"webhook-id": "evt_2"},
]


def test_it_refuses_what_nobody_has_signed(running: Running) -> None:
    url = running.start(OTHER)
    body = b'{"event": "webhook.test"}'
    good = sign.headers([OTHER], "evt_1", int(time.time()), body)
    for wrong in WRONG:
        headers = {name: text for name, text in {**good, **wrong}.items() if text is not None}
        assert (posted(url, body, headers), wrong) == (401, wrong)
    assert posted(url, body + b" ", good) == 401
    assert posted(url, b"x" * 20_001, good) == 413
    assert running.kept() == {}
    assert posted(url, body, good) == 204
    assert list(running.kept()) == ["evt_1"]
