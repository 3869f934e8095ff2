"""The API as its Lambda function, called with API Gateway's events; moto behind it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from chalice.test import Client

from app import app
from chalicelib.accounts import keys
from tests.conftest import Cloud


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> Any:
        assert self.json["success"] is False
        return self.json["error"]


class Api:
    def __init__(self, client: Client, key: str) -> None:
        self.client = client
        self.key = key

    def __call__(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        sent = {"x-api-key": self.key, **(headers or {})}
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        answer = self.client.http.request(method, path, headers=sent, body=raw)
        names = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, names, answer.body)

    def get(self, path: str, **headers: str) -> Answer:
        return self("GET", path, headers=headers)

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        return self("POST", path, body, headers={k.replace("_", "-"): v for k, v in headers.items()})


@pytest.fixture
def api(cloud: Cloud) -> Iterator[Api]:
    key = keys.create("acme")
    with Client(app) as client:
        yield Api(client, key)
