"""The log of deliveries, resend and recovery, through the API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.accounts import endpoints, keys
from chalicelib.batches import items
from chalicelib.batches.model import Failure
from chalicelib.clock import iso, now_ms
from chalicelib.settings import settings
from chalicelib.webhooks import order, recover, search
from chalicelib.webhooks.addresses import Address
from tests.api.conftest import Api
from tests.api.wall_clock import wall as wall
from tests.batches.aws_faults import refusing
from tests.clock import FakeClock
from tests.stand_ins.web import Receiver, Reply
from tests.webhooks.ended import ended_job, saved
from tests.webhooks.machine import play, started

PATH = "/v1/webhooks/deliveries"
WE = "we_0123456789abcdef"
DAY_MS = 24 * 3600 * 1000


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(now_ms())


def other_account(api: Api) -> Api:
    return Api(api.client, keys.create("other"))


def delivered(clock: FakeClock, recipient: str, failure: Failure | None = None, account: str = "acme") -> str:
    """The id of a delivery that has been played to its end."""
    address = Address(ended_job(failure=failure, account=account).event_id, recipient)
    play(order.request(address, "scheduled", account), clock)
    clock.forward(1)
    return address.delivery_id


def pages(api: Api, query: str) -> list[list[str]]:
    """Ids, page by page, to the end."""
    found: list[list[str]] = []
    cursor = ""
    while True:
        data = api.get(f"{PATH}?{query}{cursor}").json["data"]
        found.append([each["deliveryId"] for each in data["deliveries"]])
        if data["nextCursor"] is None:
            return found
        assert len(found) < 100
        cursor = f"&cursor={data['nextCursor']}"


# ---------------------------------------------------------------- reading


def test_a_delivery_with_its_attempts(api: Api, receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.program("/hook", Reply(503, body=b"busy"), 200))
    began = iso(clock())
    delivery_id = delivered(clock, endpoint.id)
    data = api.get(f"{PATH}/{delivery_id}").json["data"]
    first, last = data.pop("attempts")
    event = delivery_id.removeprefix("dlv_").removesuffix(f"_{endpoint.id}")
    assert data == {
        "deliveryId": delivery_id,
        "event": "job.completed",
        "eventId": f"evt_{event}",
        "subjectId": f"job_{event[:16]}",
        "endpointId": endpoint.id,
        "url": receiver.url("/hook"),
        "status": "delivered",
        "reason": None,
        "attemptCount": 2,
        "lastStatusCode": 200,
        "createdAt": began,
        "updatedAt": data["updatedAt"],
        "nextAttemptAt": None,
    }
    assert (first["attempt"], first["trigger"], first["statusCode"], first["at"]) == (
        1,
        "scheduled",
        503,
        began,
    )
    assert (last["attempt"], last["statusCode"]) == (2, 200)
    detail = api.get(f"{PATH}/{delivery_id}/attempts/1").json["data"]
    assert detail == {**first, "answer": "busy"}
    assert detail["durationMs"] >= 0


@pytest.mark.parametrize("number", ["0", "2", "01", "one", "-1", "9" * 50])
def test_an_attempt_that_was_not_made(api: Api, receiver: Receiver, clock: FakeClock, number: str) -> None:
    delivery_id = delivered(clock, saved(receiver.url("/hook")).id)
    answer = api.get(f"{PATH}/{delivery_id}/attempts/{number}")
    assert (answer.status, answer.error["code"]) == (404, "ATTEMPT_NOT_FOUND")


@pytest.mark.parametrize("delivery_id", ["dlv_x", f"dlv_0123456789abc001_1_{WE}", f"dlv_test_1_{WE}", WE])
def test_a_delivery_that_is_not_there(api: Api, delivery_id: str) -> None:
    for answer in (
        api.get(f"{PATH}/{delivery_id}"),
        api.get(f"{PATH}/{delivery_id}/attempts/1"),
        api.post(f"{PATH}/{delivery_id}/resend", None),
    ):
        assert (answer.status, answer.error["code"]) == (404, "DELIVERY_NOT_FOUND")


def test_without_a_key_nothing_is_told(api: Api) -> None:
    stranger = Api(api.client, "")
    for answer in (
        stranger.get(PATH),
        stranger.get(f"{PATH}/x"),
        stranger.get(f"{PATH}/x/attempts/1"),
        stranger.post(f"{PATH}/x/resend", None),
        stranger.post(f"/v1/webhooks/{WE}/recover", {}),
    ):
        assert answer.status == 401


def test_anothers_deliveries_do_not_exist(api: Api, receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.url("/hook"))
    delivery_id = delivered(clock, endpoint.id)
    stranger = other_account(api)
    for answer in (
        stranger.get(f"{PATH}/{delivery_id}"),
        stranger.get(f"{PATH}/{delivery_id}/attempts/1"),
        stranger.post(f"{PATH}/{delivery_id}/resend", None),
        stranger.post(f"/v1/webhooks/{endpoint.id}/recover", {"since": iso(clock())}),
    ):
        assert answer.status == 404
    assert stranger.get(PATH).json["data"] == {"deliveries": [], "nextCursor": None}
    assert stranger.get(f"{PATH}?endpointId={endpoint.id}").json["data"]["deliveries"] == []
    delivered(clock, endpoint.id)
    cursor = api.get(f"{PATH}?limit=1").json["data"]["nextCursor"]
    assert stranger.get(f"{PATH}?cursor={cursor}").json["data"]["deliveries"] == []


def test_one_that_never_had_a_row_does_not_exist_for_another(api: Api, receiver: Receiver) -> None:
    job = ended_job(receiver.url("/hook"))
    path = f"{PATH}/dlv_{job.event_id[4:]}_0/resend"
    assert other_account(api).post(path, None).status == 404
    assert api.post(path, None).status == 202


# ---------------------------------------------------------------- listing


def test_pages_go_forward_to_the_end_without_repeats(api: Api, receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.url("/hook"))
    made = [delivered(clock, endpoint.id) for _ in range(7)]
    clock.now -= 1000
    made.append(delivered(clock, endpoint.id))  # two of the same moment
    found = pages(api, "limit=3")
    assert [len(page) for page in found[:3]] == [3, 3, 2]
    flat = [each for page in found for each in page]
    assert sorted(flat) == sorted(made)
    assert set(flat[:2]) == set(made[6:])
    assert flat[2:] == made[5::-1]


def test_what_is_new_during_paging_is_not_in_the_later_pages(
    api: Api, receiver: Receiver, clock: FakeClock
) -> None:
    endpoint = saved(receiver.url("/hook"))
    made = [delivered(clock, endpoint.id) for _ in range(4)]
    first = api.get(f"{PATH}?limit=2").json["data"]
    delivered(clock, endpoint.id)
    rest = api.get(f"{PATH}?limit=2&cursor={first['nextCursor']}").json["data"]
    assert [each["deliveryId"] for each in rest["deliveries"]] == made[1::-1]


def test_filters_and_their_combination(api: Api, receiver: Receiver, clock: FakeClock) -> None:
    one, other = saved(receiver.url("/one")), saved(receiver.program("/two", 410))
    good = delivered(clock, one.id)
    failed_job = delivered(clock, one.id, Failure("NO_AUDIO", "There is no sound in it"))
    gone = delivered(clock, other.id)
    assert pages(api, f"endpointId={one.id}") == [[failed_job, good]]
    assert pages(api, "event=job.failed") == [[failed_job]]
    assert pages(api, "status=failed") == [[gone]]
    assert pages(api, f"endpointId={one.id}&event=job.completed&status=delivered") == [[good]]
    assert pages(api, "status=cancelled") == [[]]


def test_a_filtered_page_may_be_short_and_the_cursor_goes_on(
    api: Api, receiver: Receiver, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "CHUNK", 1)
    rare, frequent = saved(receiver.url("/one")), saved(receiver.url("/two"))
    wanted = [delivered(clock, rare.id)]
    for _ in range(12):
        delivered(clock, frequent.id)
    wanted.insert(0, delivered(clock, rare.id))
    found = pages(api, f"endpointId={rare.id}&limit=1")
    assert [each for page in found for each in page] == wanted
    assert [] in found


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("status=lost", "status"),
        ("event=job.started", "event"),
        ("cursor=nonsense", "cursor"),
        ("cursor=%C3%A9", "cursor"),
        ("cursor=", "cursor"),
        ("page=2", "page"),
        ("limit=1&limit=2", "twice"),
    ],
)
def test_a_query_that_means_nothing_is_refused(api: Api, query: str, word: str) -> None:
    answer = api.get(f"{PATH}?{query}")
    assert (answer.status, answer.error["code"]) == (400, "INVALID_REQUEST")
    assert word in answer.error["message"]


# ---------------------------------------------------------------- once more


def test_resend_starts_one_attempt(api: Api, receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.url("/hook"))
    delivery_id = delivered(clock, endpoint.id)
    answer = api.post(f"{PATH}/{delivery_id}/resend", None)
    assert (answer.status, answer.json["data"]) == (202, {"deliveryId": delivery_id})
    [given] = [given for name, given in started().items() if name.startswith("res_")]
    assert given["scope"] == "resend"
    play(given["deliveries"][0], clock)
    attempts = api.get(f"{PATH}/{delivery_id}").json["data"]["attempts"]
    assert [each["trigger"] for each in attempts] == ["scheduled", "manual"]
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1


def test_resend_with_an_idempotency_key_is_done_once(api: Api, receiver: Receiver, clock: FakeClock) -> None:
    delivery_id = delivered(clock, saved(receiver.url("/hook")).id)
    for key in ("a", "a", "b"):
        assert api.post(f"{PATH}/{delivery_id}/resend", None, idempotency_key=key).status == 202
    assert len([name for name in started() if name.startswith("res_")]) == 2


def test_a_key_of_yesterday_sends_again(
    api: Api, receiver: Receiver, clock: FakeClock, wall: FakeClock
) -> None:
    """The state machine knows the name of an execution for months."""
    delivery_id = delivered(clock, saved(receiver.url("/hook")).id)
    for _ in range(2):
        answer = api.post(f"{PATH}/{delivery_id}/resend", None, idempotency_key="a")
        assert (answer.status, "idempotent-replayed" in answer.headers) == (202, False)
        wall.forward(25 * 3600)
    assert len([name for name in started() if name.startswith("res_")]) == 2


def test_resend_takes_no_fields(api: Api, receiver: Receiver, clock: FakeClock) -> None:
    delivery_id = delivered(clock, saved(receiver.url("/hook")).id)
    answer = api.post(f"{PATH}/{delivery_id}/resend", {"url": "https://elsewhere.example/"})
    assert (answer.status, answer.error["code"]) == (400, "INVALID_REQUEST")
    assert api.post(f"{PATH}/{delivery_id}/resend", {}).status == 202


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("endpoint disabled", "ENDPOINT_DISABLED"),
        ("endpoint deleted", "ENDPOINT_DELETED"),
        ("job", "JOB_DELETED"),
    ],
)
def test_resend_is_refused_when_there_is_nobody_or_nothing_to_tell(
    api: Api, receiver: Receiver, clock: FakeClock, what: str, code: str
) -> None:
    endpoint = saved(receiver.url("/hook"))
    delivery_id = delivered(clock, endpoint.id)
    if what == "job":
        delete_job(delivery_id)
    elif what == "endpoint disabled":
        endpoints.update("acme", endpoint.id, enabled=False, now=1)
    else:
        endpoints.delete("acme", endpoint.id)
    answer = api.post(f"{PATH}/{delivery_id}/resend", None)
    assert (answer.status, answer.error["code"]) == (409, code)
    assert not [name for name in started() if name.startswith("res_")]


def delete_job(delivery_id: str) -> None:
    token, index = delivery_id[4:17], int(delivery_id[17:20], 16)
    aws.dynamodb().delete_item(TableName=settings().batches_table, Key=items.key(token, index))


def test_a_test_call_can_be_sent_again(api: Api, receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.program("/hook", 500))
    delivery_id = api.post(f"/v1/webhooks/{endpoint.id}/test", None).json["data"]["deliveryId"]
    [given] = [given for given in started().values() if given["scope"] == "test"]
    assert play(given["deliveries"][0], clock) == ["gave_up"]
    assert api.get(f"{PATH}?event=webhook.test").json["data"]["deliveries"][0]["status"] == "failed"
    assert api.post(f"{PATH}/{delivery_id}/resend", None).status == 202
    [again] = [given for given in started().values() if given["scope"] == "resend"]
    assert play(again["deliveries"][0], clock) == ["delivered"]
    assert api.get(f"{PATH}/{delivery_id}").json["data"]["status"] == "delivered"


# ---------------------------------------------------------------- recovery


def recovery(api: Api, endpoint_id: str, since: Any, **headers: str) -> Any:
    return api.post(f"/v1/webhooks/{endpoint_id}/recover", {"since": since}, **headers)


def test_a_recovery_is_an_execution_of_its_own(api: Api, receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.url("/hook"))
    since = iso(clock() - 3600_000)
    answer = recovery(api, endpoint.id, since)
    assert answer.status == 202
    data = answer.json["data"]
    assert (data["endpointId"], data["since"]) == (endpoint.id, since)
    given = started()[data["recoveryId"]]
    assert given["scope"] == "recover"
    assert (given["account"], given["endpoint_id"], given["left"]) == ("acme", endpoint.id, recover.MOST)
    assert recover.step(given, clock)["more"] is False


def test_a_recovery_with_an_idempotency_key_is_begun_once(api: Api, receiver: Receiver) -> None:
    endpoint = saved(receiver.url("/hook"))
    since = iso(now_ms())
    ids = [recovery(api, endpoint.id, since, idempotency_key="k").json["data"]["recoveryId"] for _ in "ab"]
    other = recovery(api, endpoint.id, since).json["data"]["recoveryId"]
    assert ids[0] == ids[1] != other


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (iso(now_ms() - recover.LONGEST_MS - DAY_MS), "more than 7 days ago"),
        (iso(now_ms() + DAY_MS), "in the future"),
        ("0001-01-01T00:00:00+23:59", "more than 7 days ago"),
        ("9999-12-31T23:59:59-23:59", "in the future"),
        ("2026-01-21", "with its zone"),
        ("2026-01-21T12:00:00", "with its zone"),
        ("yesterday", "with its zone"),
        ("", "with its zone"),
        (5, "must be a string"),
        (None, "must be a string"),
    ],
    ids=lambda value: "a-time" if str(value).startswith("20") else None,  # each worker has its own now
)
def test_a_since_that_cannot_be_is_refused(api: Api, receiver: Receiver, since: Any, words: str) -> None:
    answer = recovery(api, saved(receiver.url("/hook")).id, since)
    assert (answer.status, answer.error["code"]) == (400, "INVALID_REQUEST")
    assert answer.error["message"].startswith("since: ")
    assert words in answer.error["message"]
    assert not [name for name in started() if name.startswith("rec_")]


@pytest.mark.parametrize("body", [None, {}, {"since": "2026-01-21T12:34:56Z", "until": "x"}, b"[", []])
def test_a_recovery_needs_its_field_and_no_other(api: Api, receiver: Receiver, body: Any) -> None:
    answer = api.post(f"/v1/webhooks/{saved(receiver.url('/hook')).id}/recover", body)
    assert (answer.status, answer.error["code"]) == (400, "INVALID_REQUEST")


def test_a_disabled_endpoint_is_not_recovered(api: Api, receiver: Receiver) -> None:
    endpoint = saved(receiver.url("/hook"))
    endpoints.update("acme", endpoint.id, enabled=False, now=1)
    answer = recovery(api, endpoint.id, iso(now_ms()))
    assert (answer.status, answer.error["code"]) == (409, "ENDPOINT_DISABLED")


@pytest.mark.parametrize("endpoint_id", [WE, "we_x"])
def test_an_endpoint_that_is_not_there(api: Api, endpoint_id: str) -> None:
    assert recovery(api, endpoint_id, iso(now_ms())).status == 404


def test_when_aws_is_away_the_caller_is_told_to_try_again(api: Api, receiver: Receiver) -> None:
    endpoint = saved(receiver.url("/hook"))
    with refusing("sfn", "StartExecution"):
        answer = recovery(api, endpoint.id, iso(now_ms()))
    assert (answer.status, answer.error["code"]) == (503, "SERVICE_UNAVAILABLE")
    with refusing("dynamodb", "Query"):
        assert api.get(PATH).status == 503


def test_no_answer_holds_the_query_of_a_url(api: Api, receiver: Receiver, clock: FakeClock) -> None:
    endpoint = saved(receiver.url("/hook?token=hidden"))
    delivery_id = delivered(clock, endpoint.id)
    told = [
        api.get(path).json for path in (PATH, f"{PATH}/{delivery_id}", f"{PATH}/{delivery_id}/attempts/1")
    ]
    assert "hidden" not in json.dumps(told)
    assert receiver.calls[0].path == "/hook?token=hidden"
