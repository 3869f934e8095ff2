"""/api/v1/auth: the keys of an account, managed by its admin keys."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.accounts import issuing, keys, register
from chalicelib.accounts.issuing import Wanted
from chalicelib.clock import iso
from tests.api.conftest import Answer, Api
from tests.api.wall_clock import wall
from tests.clock import FakeClock

__all__ = ["wall"]
KEYS = "/api/v1/auth/keys"
VALIDATE = "/api/v1/auth/validate"


def create(api: Api, **body: Any) -> Any:
    answer = api.post(KEYS, {"name": "ci", **body})
    assert answer.status == 201, answer.body
    return answer.json["data"]


def own_id(api: Api) -> str:
    found: str = api.get(VALIDATE).json["data"]["key_id"]
    return found


def using(api: Api, data: Any) -> Api:
    return Api(api.client, data["api_key"])


def outcome(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.error["code"]


def test_a_key_is_shown_once(api: Api, wall: FakeClock) -> None:
    answer = api.post(KEYS, {"name": "ci"})
    data = answer.json["data"]
    secret = data["api_key"]
    assert re.fullmatch("sk_[0-9a-f]{64}", secret)
    assert re.fullmatch("key_[0-9a-f]{16}", data["key_id"])
    assert answer.headers["cache-control"] == "no-store"
    assert data == {
        "key_id": data["key_id"],
        "name": "ci",
        "prefix": secret[:7],
        "last_four": secret[-4:],
        "scopes": ["read", "process"],
        "status": "active",
        "created_at": iso(wall.now),
        "expires_at": None,
        "last_used_at": None,
        "replaced_by": None,
        "api_key": secret,
    }
    del data["api_key"]
    assert api.get(f"{KEYS}/{data['key_id']}").json["data"] == data
    assert data in api.get(KEYS).json["data"]["keys"]
    assert secret not in api.get(KEYS).body.decode()


def test_a_new_key_works_and_tells_when_it_was_used(api: Api, wall: FakeClock) -> None:
    data = create(api, scopes=["read"])
    new = using(api, data)
    wall.forward(5)
    assert new.get("/api/v1/batch").status == 200
    assert outcome(new.get(KEYS)) == (403, "FORBIDDEN")
    assert api.get(f"{KEYS}/{data['key_id']}").json["data"]["last_used_at"] == iso(wall.now)


@pytest.mark.parametrize("form", ["expires_in", "expires_at"])
def test_a_key_may_end(api: Api, wall: FakeClock, form: str) -> None:
    end = wall.now + 60_000
    data = create(api, **{form: 60 if form == "expires_in" else iso(end)})
    assert data["expires_at"] == iso(end)
    new = using(api, data)
    wall.forward(58)
    assert new.get("/api/v1/batch").status == 200
    wall.forward(2)
    assert outcome(new.get("/api/v1/batch")) == (401, "INVALID_API_KEY")
    assert api.get(f"{KEYS}/{data['key_id']}").json["data"]["status"] == "expired"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "name: this field is required"),
        ({"name": ""}, "name: must have at least 1 character"),
        ({"name": "x" * 101}, "name: must have at most 100 characters"),
        ({"name": "a\nb"}, "name: must be printable"),
        ({"name": "   "}, "name: must be printable, and not only spaces"),
        ({"name": "ci", "scopes": []}, "scopes: must have at least 1 item"),
        ({"name": "ci", "scopes": ["write"]}, "scopes[0]: must be 'read', 'process' or 'admin'"),
        ({"name": "ci", "scopes": ["read", "read"]}, "scopes: must name each scope once"),
        ({"name": "ci", "expires_in": 0}, "expires_in: must be at least 1"),
        ({"name": "ci", "expires_in": 10**9}, "expires_in: must be at most 315360000"),
        ({"name": "ci", "expires_in": "60"}, "expires_in: must be a whole number"),
        ({"name": "ci", "expires_at": "tomorrow"}, "expires_at: must be a time with its zone"),
        ({"name": "ci", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at: must be in the future"),
        ({"name": "ci", "expires_at": "9999-12-31T23:59:59-12:00"}, "within ten years"),
        ({"name": "ci", "expires_in": 9, "expires_at": "2030-01-01T00:00:00Z"}, "not both"),
        ({"name": "ci", "rate": 5}, "rate: unknown field"),
    ],
)
def test_what_is_wrong_with_a_new_key(api: Api, body: Any, sentence: str) -> None:
    answer = api.post(KEYS, body)
    assert outcome(answer) == (422, "INVALID_REQUEST")
    assert sentence in answer.error["message"]
    assert len(api.get(KEYS).json["data"]["keys"]) == 1


@pytest.mark.parametrize("path", [KEYS, f"{KEYS}/x/rotate", VALIDATE])
def test_what_is_no_json_and_what_no_query(api: Api, path: str) -> None:
    path = path.replace("/x/", f"/{own_id(api)}/")
    assert outcome(api.post(path, b"{")) == (400, "INVALID_REQUEST")
    assert outcome(api.post(f"{path}?a=b", {})) == (422, "INVALID_REQUEST")


def test_the_plan_says_how_many(api: Api) -> None:
    register.set_plan("acme", "pro", {"keys": 2})
    create(api)
    assert outcome(api.post(KEYS, {"name": "one more"})) == (409, "TOO_MANY_KEYS")


def test_a_key_is_renamed_and_given_other_scopes_and_another_end(api: Api, wall: FakeClock) -> None:
    data = create(api, expires_in=60)
    path, new = f"{KEYS}/{data['key_id']}", using(api, data)
    changed = api("PATCH", path, {"name": "cd", "scopes": ["read"], "expires_at": None}).json["data"]
    assert (changed["name"], changed["scopes"], changed["expires_at"]) == ("cd", ["read"], None)
    assert outcome(new.post("/api/v1/videos/process", {})) == (403, "FORBIDDEN")
    assert api("PATCH", path, {"name": None, "scopes": ["process"]}).json["data"]["name"] == "cd"
    assert outcome(new.get("/api/v1/batch")) == (403, "FORBIDDEN")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "changes nothing: send one of name, scopes, expires_at"),
        ({"name": None}, "changes nothing"),
        ({"key_id": "x"}, "key_id: unknown field"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at: must be in the future"),
    ],
)
def test_what_is_wrong_with_a_change(api: Api, body: Any, sentence: str) -> None:
    answer = api("PATCH", f"{KEYS}/{create(api)['key_id']}", body)
    assert outcome(answer) == (422, "INVALID_REQUEST")
    assert sentence in answer.error["message"]


def test_a_revoked_key_is_good_for_nothing_more(api: Api) -> None:
    data = create(api)
    path, new = f"{KEYS}/{data['key_id']}", using(api, data)
    assert new.get("/api/v1/batch").status == 200
    assert api("DELETE", path).json["data"] == {"key_id": data["key_id"], "revoked": True}
    assert outcome(new.get("/api/v1/batch")) == (401, "INVALID_API_KEY")
    assert outcome(new.get("/v1/webhooks")) == (401, "UNAUTHORIZED")
    for method in ("GET", "DELETE"):
        assert outcome(api(method, path)) == (404, "KEY_NOT_FOUND")


def test_a_rotation_overlaps_as_long_as_it_says(api: Api, wall: FakeClock) -> None:
    data = create(api, scopes=["read"])
    path, old = f"{KEYS}/{data['key_id']}/rotate", using(api, data)
    answer = api.post(path, {"overlap_seconds": 60})
    assert answer.status == 201
    made = answer.json["data"]
    assert (made["name"], made["scopes"]) == ("ci", ["read"])
    assert made["replaces"] == {"key_id": data["key_id"], "expires_at": iso(wall.now + 60_000)}
    assert answer.headers["cache-control"] == "no-store"
    assert api.get(f"{KEYS}/{data['key_id']}").json["data"]["replaced_by"] == made["key_id"]
    assert outcome(api.post(path, {})) == (409, "KEY_ALREADY_ROTATED")
    wall.forward(59)
    assert [each.get("/api/v1/batch").status for each in (old, using(api, made))] == [200, 200]
    wall.forward(1)
    assert [each.get("/api/v1/batch").status for each in (old, using(api, made))] == [401, 200]


@pytest.mark.parametrize(("body", "seconds"), [(None, 86_400), ({}, 86_400), ({"overlap_seconds": 0}, 0)])
def test_overlaps(api: Api, wall: FakeClock, body: Any, seconds: int) -> None:
    data = create(api)
    made = api("POST", f"{KEYS}/{data['key_id']}/rotate", body).json["data"]
    assert made["replaces"]["expires_at"] == iso(wall.now + seconds * 1000)
    assert using(api, data).get("/api/v1/batch").status == (200 if seconds else 401)


@pytest.mark.parametrize("overlap", [-1, 604_801, 1.5, "60", True])
def test_no_such_overlap(api: Api, overlap: Any) -> None:
    path = f"{KEYS}/{create(api)['key_id']}/rotate"
    assert outcome(api.post(path, {"overlap_seconds": overlap})) == (422, "INVALID_REQUEST")


def test_an_admin_key_may_rotate_itself(api: Api) -> None:
    made = api.post(f"{KEYS}/{own_id(api)}/rotate", {"overlap_seconds": 0}).json["data"]
    assert outcome(api.get(KEYS)) == (401, "INVALID_API_KEY")
    assert using(api, made).get(KEYS).status == 200


def test_a_key_leaves_an_admin_behind(api: Api) -> None:
    path = f"{KEYS}/{own_id(api)}"
    assert outcome(api("DELETE", path)) == (409, "LAST_ADMIN_KEY")
    assert outcome(api("PATCH", path, {"scopes": ["read", "process"]})) == (409, "LAST_ADMIN_KEY")
    assert api("PATCH", path, {"scopes": ["admin"]}).status == 200
    other = using(api, create(api, scopes=["admin"]))
    assert other("DELETE", path).status == 200


def test_a_key_that_ends_makes_none_that_lives_longer(api: Api, wall: FakeClock) -> None:
    forever = create(api)
    data = create(api, scopes=["admin"], expires_in=60)
    passing = using(api, data)
    assert create(passing, expires_in=60)["expires_at"] == data["expires_at"]
    wall.forward(1)
    for answer in (
        passing.post(KEYS, {"name": "x"}),
        passing.post(KEYS, {"name": "x", "expires_in": 60}),
        passing("PATCH", f"{KEYS}/{data['key_id']}", {"expires_at": None}),
        passing("PATCH", f"{KEYS}/{forever['key_id']}", {"scopes": ["admin"]}),
        passing.post(f"{KEYS}/{forever['key_id']}/rotate", {}),
    ):
        assert outcome(answer) == (403, "FORBIDDEN")
        assert f"ends at {data['expires_at']}" in answer.error["message"]
    assert passing("PATCH", f"{KEYS}/{forever['key_id']}", {"name": "y"}).status == 200
    made = passing.post(f"{KEYS}/{data['key_id']}/rotate", {}).json["data"]
    assert made["expires_at"] == data["expires_at"]


@pytest.mark.parametrize(("method", "end"), [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/rotate")])
def test_another_accounts_keys_do_not_exist(api: Api, method: str, end: str) -> None:
    data = create(api)
    stranger = Api(api.client, keys.create("stranger"))
    body = {"name": "mine"} if method == "PATCH" else None
    for key_id in (data["key_id"], "key_0123456789abcdef", "nonsense"):
        assert outcome(stranger(method, f"{KEYS}/{key_id}{end}", body)) == (404, "KEY_NOT_FOUND")
    assert len(stranger.get(KEYS).json["data"]["keys"]) == 1
    assert using(api, data).get("/api/v1/batch").status == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("scope", ["read", "process", "admin"])
def test_any_key_may_ask_about_itself(api: Api, method: str, scope: str) -> None:
    data = create(api, scopes=[scope], expires_in=60)
    answer = using(api, data)(method, VALIDATE)
    assert answer.json["data"] == {
        "valid": True,
        "key_id": data["key_id"],
        "account": "acme",
        "scopes": [scope],
        "plan": "pro",
        "expires_at": data["expires_at"],
    }


def test_no_key_cannot_be_asked_about(api: Api) -> None:
    assert outcome(api("GET", VALIDATE, headers={"x-api-key": "sk_x"})) == (401, "INVALID_API_KEY")
    assert outcome(api("GET", VALIDATE, headers={"x-api-key": ""})) == (401, "UNAUTHORIZED")


def test_an_admin_asks_about_keys_of_its_account(api: Api, wall: FakeClock) -> None:
    data = create(api, expires_in=60)
    gone = create(api)
    api("DELETE", f"{KEYS}/{gone['key_id']}")

    def said(key: str) -> Any:
        return api.post(VALIDATE, {"api_key": key}).json["data"]

    assert (said(data["api_key"])["valid"], said(data["api_key"])["key_id"]) == (True, data["key_id"])
    assert (said(gone["api_key"])["valid"], said(gone["api_key"])["reason"]) == (False, "revoked")
    assert said("sk_unknown") == said(keys.create("stranger")) == {"valid": False}
    wall.forward(60)
    assert (said(data["api_key"])["valid"], said(data["api_key"])["reason"]) == (False, "expired")
    assert api.get(f"{KEYS}/{data['key_id']}").json["data"]["last_used_at"] is None


def test_others_may_not_ask_about_another_key(api: Api) -> None:
    answer = using(api, create(api)).post(VALIDATE, {"api_key": api.key})
    assert outcome(answer) == (403, "FORBIDDEN")


def test_an_account_without_an_admin_key_gets_one_from_the_operator(api: Api) -> None:
    wanted = Wanted(account="acme", name="k", scopes=frozenset(["read"]), at=1)
    reader = Api(api.client, issuing.issue(wanted)[1])
    for method, path in (("POST", KEYS), ("GET", KEYS), ("DELETE", f"{KEYS}/{own_id(api)}")):
        assert outcome(reader(method, path, {"name": "x"})) == (403, "FORBIDDEN")
