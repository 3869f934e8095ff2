"""Nobody reads, lists, changes or deletes anything of another account: every route there is, asked for it.

A new route fails here until it is told what a stranger is to be answered.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

import pytest

from app import app
from chalicelib import aws
from chalicelib.accounts import endpoints, keys
from chalicelib.clock import now_ms
from chalicelib.settings import settings
from chalicelib.webhooks import order
from chalicelib.webhooks.addresses import Address
from tests.api import jobs as audio
from tests.api import video_jobs as text
from tests.api.conftest import Answer, Api
from tests.clock import FakeClock
from tests.stand_ins.web import Receiver
from tests.webhooks.machine import play

HOOK: Final = {"url": "https://example.com/hook"}
UNKNOWN: Final = {
    "text_job": "job_0123456789abc001",
    "text_batch": "batch_0123456789abc000",
    "audio_job": "job_0123456789abc001",
    "audio_batch": "batch_0123456789abc000",
    "endpoint": "we_0123456789abcdef",
    "delivery": "dlv_0123456789abc001_1_we_0123456789abcdef",
    "key": "key_0123456789abcdef",
}
"""Ids of the right form that nobody has."""


@dataclass(frozen=True)
class Theirs:
    """What one account has, by its ids."""

    ids: dict[str, str]
    upload: str

    def spoken_of(self, answer: Answer) -> list[str]:
        body = answer.body.decode("utf-8", "replace")
        tokens = [re.sub(r"^(job|batch|we|dlv|key)_", "", each)[:13] for each in self.ids.values()]
        return [each for each in (*tokens, self.upload) if each in body]


@pytest.fixture
def theirs(api: Api, receiver: Receiver) -> Theirs:
    """Of `acme`: a finished text batch, a finished audio batch, an endpoint, what it was told, an upload."""
    clock = FakeClock(now_ms())
    endpoint, _ = endpoints.create("acme", receiver.url("/hook"), (), "", clock())
    text_batch = text.batch_of(api, text.item())
    text_job = text.completed(text_batch["individual_jobs"][0]["job_id"])
    audio_batch = api.post("/v1/batch", {"jobs": [audio.extract_body()]}).json["data"]
    audio.completed(audio_batch["jobs"][0]["jobId"])
    address = Address(text_job.event_id, endpoint.id)
    play(order.request(address, "scheduled", "acme"), clock)
    found = {
        "text_job": text_job.id,
        "text_batch": text_batch["batch_id"],
        "audio_job": audio_batch["jobs"][0]["jobId"],
        "audio_batch": audio_batch["batchId"],
        "endpoint": endpoint.id,
        "delivery": address.delivery_id,
        "key": keys.listed("acme")[0].id,
    }
    upload = api.post("/v1/uploads", {"size": 5}).json["data"]["uploadId"]
    return Theirs(found, upload)


@pytest.fixture
def stranger(api: Api) -> Api:
    return Api(api.client, keys.create("other"))


def things(route: str) -> dict[str, str]:
    """What the parameters of a route name."""
    kind = "text" if route.startswith("/api/v1") else "audio"
    return {
        "job_id": f"{kind}_job",
        "batch_id": f"{kind}_batch",
        "endpoint_id": "endpoint",
        "delivery_id": "delivery",
        "key_id": "key",
    }


def path_of(route: str, ids: dict[str, str]) -> str:
    path = route.replace("{number}", "1").replace("{format}", "json")
    for name, thing in things(route).items():
        path = path.replace(f"{{{name}}}", ids[thing])
    assert "{" not in path, f"{route}: a new parameter"
    return path


def named(routes: list[tuple[str, str]]) -> list[str]:
    return [f"{method} {route}" for method, route in routes]


ROUTES: Final = sorted((method, route) for route, methods in app.routes.items() for method in methods)
OF_SOMETHING: Final = [(method, route) for method, route in ROUTES if "{" in route]
OF_THE_CALLER: Final = [(method, route) for method, route in ROUTES if "{" not in route and method == "GET"]
CREATING: Final[dict[str, Any]] = {
    "/api/v1/batch/process": {"jobs": [text.item()]},
    "/api/v1/videos/process": text.item(),
    "/v1/batch": {"jobs": [audio.extract_body()]},
    "/v1/extract": audio.extract_body(),
    "/v1/uploads": {"size": 5},
    "/v1/webhooks": HOOK,
    "/v1/webhooks/secret/rotate": None,
    "/api/v1/auth/keys": {"name": "another"},
}
ASKING: Final = {
    "/api/v1/auth/validate",
    "/api/v1/batch/estimate",
    "/api/v1/videos/estimate",
    "/v1/batch/estimate",
    "/v1/extract/estimate",
}
"""They make nothing."""
BODIES: Final[dict[str, Any]] = {
    "/v1/webhooks/{endpoint_id}": {"enabled": False},
    "/api/v1/auth/keys/{key_id}": {"name": "renamed"},
    "/v1/webhooks/{endpoint_id}/recover": {"since": "2026-01-01T00:00:00Z"},
}


def rows_of(account: str, theirs: Theirs) -> list[str]:
    """Every row that is the account's, or of its batches."""
    tokens = {f"B#{each.split('_')[1][:13]}" for each in theirs.ids.values() if each.startswith("batch_")}
    found = []
    for table in (settings().accounts_table, settings().batches_table):
        for row in aws.dynamodb().scan(TableName=table)["Items"]:
            owner = row["pk"]["S"]
            owners = (row.get("owner", {}).get("S"), row.get("account", {}).get("S"))
            if owner in {f"A#{account}", *tokens} or account in owners:
                found.append(json.dumps(row, sort_keys=True, default=str))
    return sorted(found)


@pytest.mark.parametrize(("method", "route"), OF_SOMETHING, ids=named(OF_SOMETHING))
def test_what_another_account_has_does_not_exist(
    api: Api, theirs: Theirs, stranger: Api, method: str, route: str
) -> None:
    body = BODIES.get(route) if method in ("POST", "PATCH") else None
    before = rows_of("acme", theirs)
    answer = stranger(method, path_of(route, theirs.ids), body)
    never = stranger(method, path_of(route, UNKNOWN), body)
    assert answer.status == 404, answer.body
    assert (answer.status, answer.body) == (never.status, never.body)
    assert rows_of("acme", theirs) == before
    assert api(method, path_of(route, theirs.ids), body).status != 404, "its owner has it"


@pytest.mark.parametrize(("method", "route"), OF_THE_CALLER, ids=named(OF_THE_CALLER))
def test_lists_and_sums_are_of_the_caller_alone(
    theirs: Theirs, stranger: Api, method: str, route: str
) -> None:
    query = "?url=https://youtu.be/aircAruvnKk" if route.endswith("thumbnails") else ""
    answer = stranger(method, route + query)
    assert answer.status == 200, answer.body
    assert theirs.spoken_of(answer) == []


def test_every_way_to_create_is_known() -> None:
    routes = {route.replace("/audio-extract", "") for method, route in ROUTES if method == "POST"}
    assert {route for route in routes if "{" not in route} == CREATING.keys() | ASKING


@pytest.mark.parametrize("route", CREATING)
def test_what_a_stranger_makes_is_the_strangers_own(
    api: Api, theirs: Theirs, stranger: Api, route: str
) -> None:
    """Also under an Idempotency-Key that the other account has used for the same."""
    body = CREATING[route]
    mine = api.post(route, body, idempotency_key="same")
    before = rows_of("acme", theirs)
    answer = stranger.post(route, body, idempotency_key="same")
    assert answer.status == mine.status, answer.body
    assert "idempotent-replayed" not in answer.headers
    assert answer.json["data"] != mine.json["data"]
    assert theirs.spoken_of(answer) == []
    assert rows_of("acme", theirs) == before


def test_an_upload_is_no_source_for_another_account(theirs: Theirs, stranger: Api) -> None:
    source = {"source": {"type": "upload", "file": theirs.upload}}
    answer = stranger.post("/v1/extract", {**audio.extract_body(), **source})
    assert (answer.status, answer.error["code"]) == (400, "INVALID_SOURCE")
    assert "no upload has this id" in answer.error["message"]


@pytest.mark.parametrize(("method", "route"), ROUTES, ids=named(ROUTES))
def test_nothing_but_health_is_answered_without_a_key(api: Api, method: str, route: str) -> None:
    answer = api(method, path_of(route, UNKNOWN), BODIES.get(route), {"x-api-key": ""})
    assert answer.status == (200 if route == "/health" else 401), answer.body
