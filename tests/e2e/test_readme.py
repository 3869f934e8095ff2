"""The README's request is sent as it stands there, and must get the answer that stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.e2e.client import Client
from tests.e2e.text_client import TextClient
from tests.stand_ins.web import Receiver, WebServer

README = (Path(__file__).parents[2] / "README.md").read_text()


def shape(value: Any) -> Any:
    """The value with ids made alike."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return re.sub(r"_[0-9a-f]{16}$", "_…", value) if isinstance(value, str) else value


def test_the_first_request_of_the_readme(client: Client, media: WebServer, receiver: Receiver) -> None:
    sent = re.search(
        r"curl http://127.0.0.1:8000(/\S+) .*? -d '(.*?)'\n```\n```json\n(.*?)```", README, re.DOTALL
    )
    assert sent
    path, body, answer = sent.groups()
    body = body.replace("http://127.0.0.1:9000", media.url("/plain")).replace(
        "http://127.0.0.1:9001", receiver.url("").rstrip("/")
    )
    assert path.startswith("/v1")
    got = client.post(path.removeprefix("/v1"), json.loads(body))
    assert got.status_code == 202
    assert shape(got.json()) == shape(json.loads(answer))
    assert client.ended(got.json()["data"]["batchId"])["status"] == "completed"
    receiver.wait_for(2, "/hook")


def test_the_summary_of_the_readme(text: TextClient, media: WebServer) -> None:
    sent = re.search(r"curl http://127.0.0.1:8000/api/v1(/batch/process) .*? -d '(.*?)'\n", README, re.DOTALL)
    assert sent
    path, body = sent.groups()
    body = body.replace("http://127.0.0.1:9000", media.url("/plain"))
    batch_id = text.post(path, json.loads(body)).json()["data"]["batch_id"]
    assert re.search(r"/api/v1/batch/results/batch_[0-9a-f]{13}000 ", README)
    [good] = text.finished(batch_id)["successful_jobs"]
    assert len(good["summaries"][0].split()) >= 60
