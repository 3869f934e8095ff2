"""Webhook endpoints of an account, through the API."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.accounts import endpoints, keys
from chalicelib.clock import now_ms
from chalicelib.settings import settings
from tests.api.conftest import Answer, Api
from tests.batches.aws_faults import refusing

URL = "https://hooks.example.com/batchreel"
PATH = "/v1/webhooks"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


def made(api: Api, **fields: Any) -> Any:
    answer = api.post(PATH, {"url": URL, **fields})
    assert answer.status == 201, answer.body
    return answer.json["data"]


def patched(api: Api, endpoint_id: str, **fields: Any) -> Answer:
    return api("PATCH", f"{PATH}/{endpoint_id}", fields)


def other_account(api: Api) -> Api:
    return Api(api.client, keys.create("other"))


# ---------------------------------------------------------------- making and reading


def test_an_endpoint_is_made_and_its_secret_shown_once(api: Api) -> None:
    answer = api.post(PATH, {"url": URL, "events": ["job.failed"], "description": "On call"})
    assert (answer.status, answer.headers["cache-control"]) == (201, "no-store")
    data = answer.json["data"]
    assert SECRET.fullmatch(data.pop("secret"))
    assert re.fullmatch(r"we_[0-9a-f]{16}", data["endpointId"])
    assert data == {
        "endpointId": data["endpointId"],
        "url": URL,
        "description": "On call",
        "events": ["job.failed"],
        "enabled": True,
        "disabledReason": None,
        "failingSince": None,
        "createdAt": data["createdAt"],
        "updatedAt": data["createdAt"],
    }
    assert api.get(f"{PATH}/{data['endpointId']}").json["data"] == data
    assert api.get(PATH).json["data"] == {"endpoints": [data]}


def test_without_events_it_is_told_of_all(api: Api) -> None:
    made(api)
    assert [len(endpoints.subscribed("acme", name)) for name in ("job.failed", "batch.completed")] == [1, 1]


def test_no_answer_but_the_first_and_no_log_holds_a_secret(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="chalicelib")
    caplog.set_level(logging.INFO)
    data = made(api)
    path = f"{PATH}/{data['endpointId']}"
    new = api.post(f"{path}/rotate", None).json["data"]["secret"]
    answers = [
        api.get(path),
        api.get(PATH),
        patched(api, data["endpointId"], enabled=False),
        patched(api, data["endpointId"], enabled=True),
        api.post(f"{path}/test", None),
        api("DELETE", path),
    ]
    assert all(answer.status < 300 for answer in answers)
    told = b"".join(answer.body for answer in answers).decode() + caplog.text
    for secret in (data["secret"], new):
        assert secret.removeprefix("whsec_") not in told
    assert "whsec_" not in told


@pytest.mark.parametrize("path", [f"{PATH}/secret", f"{PATH}/secret/rotate"])
def test_the_accounts_secret_cannot_be_read(api: Api, path: str) -> None:
    assert api.get(path).status in (403, 404, 405)


def test_the_trailing_slash_does_not_matter(api: Api) -> None:
    assert api.post(PATH + "/", {"url": URL}).status == 201
    assert len(api.get(PATH + "/").json["data"]["endpoints"]) == 1


# ---------------------------------------------------------------- what is refused

REFUSED = [
    ("url", None, "this field is required"),
    ("url", 5, "must be a string"),
    ("url", "", "at least 1 character"),
    ("url", "ftp://example.com/", "must start with"),
    ("url", "http://example.com/hook", ""),
    ("url", "https://10.0.0.1/hook", "not a public one"),
    ("url", "https://169.254.169.254/latest", "not a public one"),
    ("url", "https://[::ffff:10.0.0.1]/hook", "not a public one"),
    ("url", "https://user:pw@example.com/", "user name or password"),
    ("url", "https://example.com:22/", ""),
    ("url", "https://example.com/" + "x" * 2048, "at most 2048"),
    ("events", "job.failed", "must be an array"),
    ("events", ["job.failed", "job.failed"], "each event once"),
    ("events[0]", ["job.started"], "'batch.completed'"),
    ("events[1]", ["job.failed", "webhook.test"], "'batch.completed'"),
    ("description", "x" * 201, "at most 200 characters"),
    ("secret", "whsec_mine", "unknown field"),
    ("account", "other", "unknown field"),
]


@pytest.fixture
def strict(api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """Without the exempt networks that tests need for receivers on loopback."""
    monkeypatch.setenv("BATCHREEL_DANGEROUS_ALLOW_NETS", "")
    settings.cache_clear()
    return api


@pytest.mark.parametrize(("place", "value", "why"), REFUSED)
def test_a_bad_field_is_refused_and_named(strict: Api, place: str, value: Any, why: str) -> None:
    body = {"url": URL, place.partition("[")[0]: value}
    if value is None:
        del body["url"]
    answer = strict.post(PATH, body)
    assert (answer.status, answer.error["code"]) == (400, "INVALID_REQUEST")
    assert answer.error["message"].startswith(f"{place}: ")
    assert why in answer.error["message"]
    assert endpoints.listed("acme") == []


@pytest.mark.parametrize(("place", "value", "why"), [row for row in REFUSED if row[1] is not None])
def test_a_bad_change_is_refused_and_named(strict: Api, place: str, value: Any, why: str) -> None:
    before = made(strict)
    answer = patched(strict, before["endpointId"], **{place.partition("[")[0]: value})
    assert (answer.status, answer.error["code"]) == (400, "INVALID_REQUEST")
    assert answer.error["message"].startswith(f"{place}: ")
    after = strict.get(f"{PATH}/{before['endpointId']}").json["data"]
    assert after == {name: value for name, value in before.items() if name != "secret"}


def test_exempt_networks_may_be_reached_without_tls(api: Api) -> None:
    assert made(api, url="http://127.0.0.1:9/hook")["url"] == "http://127.0.0.1:9/hook"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"url": "https://e.com", "url": "https://f.com"}'])
def test_what_is_no_object_is_refused(api: Api, body: bytes) -> None:
    answer = api.post(PATH, body)
    assert (answer.status, answer.error["code"]) == (400, "INVALID_REQUEST")


CALLS = [
    ("POST", ""),
    ("GET", ""),
    ("GET", "/{id}"),
    ("PATCH", "/{id}"),
    ("DELETE", "/{id}"),
    ("POST", "/{id}/rotate"),
    ("POST", "/{id}/test"),
    ("POST", "/secret/rotate"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_every_call_needs_a_key(api: Api, method: str, path: str) -> None:
    answer = api(method, PATH + path.format(id="we_" + "0" * 16), {"url": URL}, {"x-api-key": ""})
    assert (answer.status, answer.error["code"]) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize(("method", "path"), [call for call in CALLS if "{id}" in call[1]])
def test_another_accounts_endpoint_is_not_there(api: Api, method: str, path: str) -> None:
    data = made(api)
    strangers = other_account(api)
    for name in (data["endpointId"], "we_" + "0" * 16, "nonsense", "WE%23", "%00", "x" * 3000):
        answer = strangers(method, PATH + path.format(id=name), {"description": "mine"})
        assert (answer.status, answer.error["code"]) == (404, "ENDPOINT_NOT_FOUND"), name
    assert strangers.get(PATH).json["data"] == {"endpoints": []}
    [kept] = endpoints.listed("acme")
    assert (kept.description, len(kept.sealed)) == ("", 1)
    assert aws.stepfunctions().list_executions(stateMachineArn=settings().finish_arn)["executions"] == []


def test_twenty_are_the_most(api: Api) -> None:
    made_ids = [made(api)["endpointId"] for _ in range(20)]
    answer = api.post(PATH, {"url": URL})
    assert (answer.status, answer.error["code"]) == (409, "TOO_MANY_ENDPOINTS")
    assert "delete one" in answer.error["message"]
    assert api("DELETE", f"{PATH}/{made_ids[3]}").status == 200
    assert api.post(PATH, {"url": URL}).status == 201


def test_a_service_that_is_away_is_said_to_be(api: Api) -> None:
    with refusing("dynamodb", "TransactWriteItems"):
        answer = api.post(PATH, {"url": URL})
    assert (answer.status, answer.error["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert api.get(PATH).json["data"] == {"endpoints": []}


# ---------------------------------------------------------------- changing


def test_a_change_leaves_the_rest(api: Api) -> None:
    data = made(api, events=["job.failed"], description="one")
    changed = patched(api, data["endpointId"], description="two").json["data"]
    assert (changed["description"], changed["events"], changed["url"]) == ("two", ["job.failed"], URL)
    changed = patched(api, data["endpointId"], events=[], url=URL + "/2", description="").json["data"]
    assert (changed["description"], changed["events"], changed["url"]) == ("", [], URL + "/2")
    assert api.get(f"{PATH}/{data['endpointId']}").json["data"] == changed


@pytest.mark.parametrize("body", [{}, {"url": None}])
def test_a_change_of_nothing_is_a_mistake(api: Api, body: dict[str, Any]) -> None:
    answer = patched(api, made(api)["endpointId"], **body)
    assert (answer.status, answer.error["code"]) == (400, "INVALID_REQUEST")
    assert "url, events, description, enabled" in answer.error["message"]


def test_it_is_disabled_and_enabled_again(api: Api) -> None:
    endpoint_id = made(api)["endpointId"]
    off = patched(api, endpoint_id, enabled=False).json["data"]
    assert (off["enabled"], off["disabledReason"]) == (False, "owner")
    assert endpoints.subscribed("acme", "job.failed") == []
    on = patched(api, endpoint_id, enabled=True).json["data"]
    assert (on["enabled"], on["disabledReason"]) == (True, None)
    assert len(endpoints.subscribed("acme", "job.failed")) == 1


def test_why_and_since_when_it_fails_is_shown_until_it_is_enabled_again(api: Api) -> None:
    endpoint_id = made(api)["endpointId"]
    endpoint = endpoints.get("acme", endpoint_id)
    assert endpoint
    endpoints.failed(endpoint, 1_800_000_000_000)
    endpoints.disable("acme", endpoint_id, "failing", now_ms())
    shown = api.get(f"{PATH}/{endpoint_id}").json["data"]
    assert (shown["enabled"], shown["disabledReason"]) == (False, "failing")
    assert shown["failingSince"] == "2027-01-15T08:00:00Z"
    shown = patched(api, endpoint_id, enabled=True).json["data"]
    assert (shown["disabledReason"], shown["failingSince"]) == (None, None)


def test_what_is_deleted_is_gone(api: Api) -> None:
    path = f"{PATH}/{made(api)['endpointId']}"
    assert api("DELETE", path).json["success"] is True
    assert [api.get(path).status, api("DELETE", path).status] == [404, 404]


# ---------------------------------------------------------------- secrets


@pytest.mark.parametrize("whose", ["endpoint", "account"])
def test_a_rotation_shows_the_new_secret_once(api: Api, whose: str) -> None:
    path = f"{PATH}/{made(api)['endpointId'] if whose == 'endpoint' else 'secret'}/rotate"
    answer = api.post(path, None)
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    first, second = answer.json["data"]["secret"], api.post(path, None).json["data"]["secret"]
    assert SECRET.fullmatch(first)
    assert first != second
    assert answer.json["data"]["previousSecretEndsAt"].endswith("Z")


@pytest.mark.parametrize("whose", ["endpoint", "account"])
def test_who_rotates_too_often_is_told_when_to_come_back(api: Api, whose: str) -> None:
    path = f"{PATH}/{made(api)['endpointId'] if whose == 'endpoint' else 'secret'}/rotate"
    assert [api.post(path, None).status for _ in range(3)] == [200, 200, 200]
    answer = api.post(path, None)
    assert (answer.status, answer.error["code"]) == (429, "ROTATED_TOO_OFTEN")
    assert 86_300 < int(answer.headers["retry-after"]) <= 86_400


# ---------------------------------------------------------------- the test call


def test_a_test_starts_one_delivery(api: Api) -> None:
    endpoint_id = made(api)["endpointId"]
    answer = api.post(f"{PATH}/{endpoint_id}/test", None)
    assert answer.status == 202
    data = answer.json["data"]
    match = re.fullmatch(rf"dlv_(test_([0-9a-f]{{16}}))_{endpoint_id}", data["deliveryId"])
    assert match
    sfn = aws.stepfunctions()
    [execution] = sfn.list_executions(stateMachineArn=settings().finish_arn)["executions"]
    assert execution["name"] == f"{endpoint_id}-test-{match.group(2)}"
    sent = json.loads(sfn.describe_execution(executionArn=execution["executionArn"])["input"])
    delivery = {"subject": endpoint_id, "account": "acme", "event_id": f"evt_{match.group(1)}"}
    delivery |= {"recipient": endpoint_id, "attempt": 1, "run": "scheduled"}
    assert sent == {"scope": "test", "deliveries": [delivery]}


def test_a_disabled_endpoint_is_not_tested(api: Api) -> None:
    endpoint_id = made(api)["endpointId"]
    patched(api, endpoint_id, enabled=False)
    answer = api.post(f"{PATH}/{endpoint_id}/test", None)
    assert (answer.status, answer.error["code"]) == (409, "ENDPOINT_DISABLED")
    assert "enable it" in answer.error["message"]
