"""A key from its making to its end, by HTTP alone."""

from __future__ import annotations

from typing import Any

import requests

from infra.local.stack import LocalStack
from tests.e2e.client import job

KEYS = "/api/v1/auth/keys"


def call(stack: LocalStack, method: str, path: str, key: str, body: Any = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {key}"}
    return requests.request(method, stack.url + path, headers=headers, json=body, timeout=60)


def test_a_key_is_made_used_replaced_and_revoked(stack: LocalStack) -> None:
    made = call(stack, "POST", KEYS, stack.key, {"name": "e2e", "scopes": ["process"]}).json()["data"]
    order = {"jobs": [job("http://127.0.0.1:9/never.mp4")]}
    accepted = call(stack, "POST", "/v1/batch", made["api_key"], order)
    assert accepted.status_code == 202, accepted.text
    assert accepted.headers["X-RateLimit-Remaining"] == "999999"
    batch = f"/v1/batch/{accepted.json()['data']['batchId']}"
    assert call(stack, "GET", batch, made["api_key"]).json()["error"]["code"] == "FORBIDDEN"
    assert call(stack, "GET", batch, stack.key).status_code == 200

    path = f"{KEYS}/{made['key_id']}"
    new = call(stack, "POST", f"{path}/rotate", stack.key, {"overlap_seconds": 600}).json()["data"]
    for key in (made["api_key"], new["api_key"]):
        assert call(stack, "POST", "/v1/batch", key, order).status_code == 202
    assert call(stack, "DELETE", path, stack.key).status_code == 200
    assert call(stack, "POST", "/v1/batch", made["api_key"], order).status_code == 401
    assert call(stack, "POST", "/v1/batch", new["api_key"], order).status_code == 202
    listed = call(stack, "GET", KEYS, stack.key).json()["data"]["keys"]
    assert made["key_id"] not in [key["key_id"] for key in listed]
    assert new["key_id"] in [key["key_id"] for key in listed]
