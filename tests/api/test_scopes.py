"""Which scope a route takes: every one that there is."""

from __future__ import annotations

import pytest

from app import app
from chalicelib.accounts import issuing, register
from chalicelib.accounts.issuing import Wanted
from chalicelib.api.access import scope
from tests.api.conftest import Api
from tests.api.jobs import extract_body

ROUTES = sorted((method, path) for path, methods in app.routes.items() for method in methods)
READING = {"GET", "HEAD"}


def expected(method: str, path: str) -> str | None:
    if path.startswith("/api/v1/auth/"):
        return None if path.endswith("/validate") else "admin"
    return "read" if method in READING or path.endswith("/estimate") else "process"


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=" ".join)
def test_every_route_takes_its_scope(method: str, path: str) -> None:
    assert scope(method, path) == expected(method, path)


@pytest.mark.parametrize("path", ["/v1/estimate", "/audio-extract/v1/estimate", "/api/v1/videos/estimate"])
def test_an_estimate_reads(path: str) -> None:
    assert scope("POST", path) == "read"
    assert scope("DELETE", path) == "process"


def key_with(*scopes: str) -> dict[str, str]:
    register.ensure("acme")
    wanted = Wanted(account="acme", name="k", scopes=frozenset(scopes), at=1)
    return {"x-api-key": issuing.issue(wanted)[1]}


@pytest.mark.parametrize("mount", ["/v1", "/audio-extract/v1"])
def test_a_key_may_do_what_its_scope_says(api: Api, mount: str) -> None:
    reader, worker = key_with("read"), key_with("process")
    made = api("POST", f"{mount}/extract", extract_body(), worker)
    assert made.status == 202
    status = f"{mount}/status/{made.json['data']['jobId']}"
    assert api("GET", status, headers=reader).status == 200
    for answer, lacks in (
        (api("POST", f"{mount}/extract", extract_body(), reader), "process"),
        (api("GET", status, headers=worker), "read"),
        (api("GET", "/api/v1/batch", headers=worker), "read"),
        (api("DELETE", "/api/v1/batch/batch_0123456789abc000", headers=reader), "process"),
        (api("POST", "/v1/webhooks", {"url": "https://example.com"}, reader), "process"),
        (api("GET", "/api/v1/auth/keys", headers=key_with("read", "process")), "admin"),
    ):
        assert (answer.status, answer.error["code"]) == (403, "FORBIDDEN")
        assert f"lacks the scope {lacks}" in answer.error["message"]
        assert "x-ratelimit-remaining" in answer.headers
    assert api("DELETE", "/api/v1/batch/batch_0123456789abc000", headers=worker).status == 404
