"""POSTs that are no orders: carried out once under an Idempotency-Key, whatever comes between."""

from __future__ import annotations

import base64
import random
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.accounts import endpoints, keys, replays, sealed
from chalicelib.settings import settings
from tests.api.conftest import Api
from tests.api.wall_clock import wall as wall
from tests.batches.aws_faults import hooked, refusing
from tests.clock import FakeClock

HOOK = {"url": "https://example.com/hook"}
PATH = "/v1/webhooks"


def made(api: Api, body: Any = HOOK, key: str = "k1") -> Any:
    return api.post(PATH, body, idempotency_key=key)


def executions() -> int:
    return len(aws.stepfunctions().list_executions(stateMachineArn=settings().finish_arn)["executions"])


def test_a_repeat_gets_the_first_answer_secret_and_all(api: Api) -> None:
    first, again = made(api), made(api)
    assert first.status == 201
    assert "idempotent-replayed" not in first.headers
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["cache-control"] == "no-store"
    assert len(endpoints.listed("acme")) == 1


def test_the_kept_answer_shows_no_secret(api: Api) -> None:
    secret = made(api).json["data"]["secret"]
    rows = aws.dynamodb().scan(TableName=settings().accounts_table)["Items"]
    kept = [row["answer"]["B"] for row in rows if "answer" in row]
    assert len(kept) == 1
    assert secret.encode() not in kept[0]
    assert secret not in str(rows)


def test_an_answer_longer_than_kms_takes_at_once_is_kept(api: Api) -> None:
    noise = base64.b32encode(random.Random(1).randbytes(1200)).decode()
    body = {"url": f"https://example.com/{noise}", "description": "ü" * 200}
    first, again = made(api, body), made(api, body)
    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body
    pieces = random.Random(2).randbytes(10_000)
    assert sealed.unsealed_all(sealed.seal_all(pieces, {"a": "b"}), {"a": "b"}) == pieces


def test_what_is_done_is_told_even_if_it_cannot_be_kept(api: Api, wall: FakeClock) -> None:
    with refusing("kms", "Encrypt", after=1):  # the first call seals the endpoint's secret
        answer = made(api)
    assert (answer.status, answer.json["data"]["secret"][:6]) == (201, "whsec_")
    assert made(api).error["code"] == "REQUEST_IN_PROGRESS"


def test_spaces_in_the_body_do_not_matter_and_another_body_does(api: Api) -> None:
    made(api)
    spaced = made(api, b'{ "url" : "https://example.com/hook" }')
    assert spaced.headers["idempotent-replayed"] == "true"
    other = made(api, {"url": "https://example.com/other"})
    assert (other.status, other.error["code"]) == (422, "IDEMPOTENCY_CONFLICT")


def test_it_has_its_meaning_for_one_path_and_one_account(api: Api) -> None:
    endpoint = made(api).json["data"]["endpointId"]
    rotated = api.post(f"{PATH}/{endpoint}/rotate", None, idempotency_key="k1")
    assert (rotated.status, "idempotent-replayed" in rotated.headers) == (200, False)
    other = Api(api.client, keys.create("other"))
    assert "idempotent-replayed" not in made(other).headers
    assert len(endpoints.listed("other")) == 1


def test_while_the_first_runs_the_second_waits(api: Api) -> None:
    second: list[Any] = []

    def meanwhile(**_: Any) -> None:
        if not second:
            second.append(None)
            second[0] = made(api)

    with hooked("before-call.dynamodb.TransactWriteItems", meanwhile):
        assert made(api).status == 201
    assert (second[0].status, second[0].error["code"]) == (409, "REQUEST_IN_PROGRESS")
    assert second[0].headers["retry-after"] == "1"
    assert len(endpoints.listed("acme")) == 1


def test_who_died_holds_the_key_for_half_a_minute(api: Api, wall: FakeClock) -> None:
    class Killed(BaseException):
        pass

    def kill(**_: Any) -> None:
        raise Killed

    with hooked("after-call.dynamodb.PutItem", kill), pytest.raises(Killed):
        made(api)
    assert made(api).error["code"] == "REQUEST_IN_PROGRESS"
    wall.forward(replays.LOCK_MS / 1000 + 1)
    assert made(api, {"url": "https://example.com/other"}).error["code"] == "IDEMPOTENCY_CONFLICT"
    assert made(api).status == 201


def test_what_was_refused_is_not_kept(api: Api) -> None:
    endpoint = made(api).json["data"]["endpointId"]
    api("PATCH", f"{PATH}/{endpoint}", {"enabled": False})
    test = f"{PATH}/{endpoint}/test"
    assert api.post(test, None, idempotency_key="t").status == 409
    api("PATCH", f"{PATH}/{endpoint}", {"enabled": True})
    assert api.post(test, None, idempotency_key="t").status == 202


def test_after_a_day_it_has_no_meaning(api: Api, wall: FakeClock) -> None:
    made(api)
    wall.forward(24 * 3600 - 1)
    assert made(api).headers["idempotent-replayed"] == "true"
    wall.forward(2)
    assert "idempotent-replayed" not in made(api, {"url": "https://example.com/other"}).headers
    assert len(endpoints.listed("acme")) == 2


def test_a_secret_is_replaced_once(api: Api) -> None:
    endpoint = made(api).json["data"]["endpointId"]
    for path in (f"{PATH}/{endpoint}/rotate", f"{PATH}/secret/rotate"):
        first, again = (api.post(path, None, idempotency_key="r") for _ in range(2))
        assert first.json["data"]["secret"] == again.json["data"]["secret"]


def test_a_test_call_and_a_recovery_are_made_once(api: Api, wall: FakeClock) -> None:
    endpoint = made(api).json["data"]["endpointId"]
    for _ in range(2):
        assert api.post(f"{PATH}/{endpoint}/test", None, idempotency_key="t").status == 202
    assert executions() == 1
    since = {"since": "2020-01-01T00:00:00Z"}
    assert api.post(f"{PATH}/{endpoint}/recover", since, idempotency_key="t").status == 400


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
def test_a_key_of_the_wrong_form_is_refused(api: Api, key: str) -> None:
    answer = made(api, key=key)
    assert (answer.status, answer.error["code"]) == (400, "INVALID_REQUEST")
    assert "Idempotency-Key" in answer.error["message"]
    assert endpoints.listed("acme") == []
