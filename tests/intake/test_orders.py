"""A message does what the HTTP call does, and gets its answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.accounts import issuing, keys, register
from chalicelib.accounts.counters import HOUR_MS
from chalicelib.accounts.issuing import Wanted
from chalicelib.api import order_faces
from chalicelib.batches import ids, listing, store
from chalicelib.intake import answers, messages, orders
from chalicelib.intake.messages import Head
from chalicelib.settings import settings
from tests.api.conftest import Api, api
from tests.api.jobs import extract_body
from tests.api.video_jobs import watch
from tests.api.wall_clock import wall
from tests.batches.aws_faults import hooked, refusing
from tests.clock import FakeClock
from tests.conftest import Cloud
from tests.intake import mail

__all__ = ["api", "wall"]


def batches(account: str = "acme", face: str = "audio_v1") -> list[str]:
    return [batch.id for batch in listing.batches(account, face, limit=99, offset=0).items]


def shape(value: Any) -> Any:
    """With what differs between two batches left out."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return len(value) if isinstance(value, str) and value.startswith(("job_", "batch_", "20", "/")) else value


SINGLE_AUDIO = extract_body(customId="mine", options={"priority": "high"})
CALLS = [
    ("/v1/batch", "audio_v1", {"jobs": [extract_body()] * 2, "metadata": {"shop": "1"}}),
    ("/v1/extract", "audio_v1", SINGLE_AUDIO),
    ("/api/v1/batch/process", "video_v1", {"jobs": [{"video_url": watch(1), "custom_id": "a"}]}),
    ("/api/v1/batch/process", "video_v1", {"videos": [{"url": watch(1)}], "parallel_processing": False}),
    ("/api/v1/videos/process", "video_v1", {"video_url": watch(1), "summary_mode": "brief"}),
]


@pytest.mark.parametrize(("path", "face", "body"), CALLS)
def test_it_is_accepted_as_by_http(api: Api, path: str, face: str, body: dict[str, Any]) -> None:
    by_http = api.post(path, body)
    reply = mail.answered({"api": face, "key": api.key, "correlation_id": "order 7", **body})
    assert reply["type"] == "accepted"
    assert reply["correlation_id"] == "order 7"
    assert reply["status"] == by_http.status
    assert shape(reply["body"]) == shape(by_http.json)


@pytest.mark.parametrize(
    ("path", "face", "body"),
    [
        ("/v1/batch", "audio_v1", {"jobs": [extract_body()] * 11}),
        ("/v1/batch", "audio_v1", {"jobs": [{"source": {"type": "url"}}], "colour": "red"}),
        ("/v1/extract", "audio_v1", extract_body(output={"format": "doc"})),
        ("/v1/extract", "audio_v1", {}),
        ("/api/v1/batch/process", "video_v1", {"jobs": []}),
        ("/api/v1/batch/process", "video_v1", {"jobs": [], "videos": []}),
        ("/api/v1/videos/process", "video_v1", {"video_url": "nowhere", "summary_mode": "brief"}),
        ("/api/v1/videos/process", "video_v1", {"url": watch(1), "options": {"generate_infographic": True}}),
    ],
)
def test_it_is_refused_as_by_http(api: Api, path: str, face: str, body: dict[str, Any]) -> None:
    by_http = api.post(path, body)
    reply = mail.answered({"api": face, "key": api.key, **body})
    assert (reply["type"], reply["status"]) == ("refused", by_http.status)
    assert reply["body"] == by_http.json


@pytest.mark.parametrize("face", ["audio_v1", "video_v1"])
def test_a_key_that_is_not_valid_is_refused_as_by_http(api: Api, face: str) -> None:
    path = {"audio_v1": "/v1/batch", "video_v1": "/api/v1/batch/process"}[face]
    by_http = Api(api.client, "sk_wrong").post(path, {"jobs": []})
    reply = mail.answered({"api": face, "key": "sk_wrong", "jobs": []})
    assert (reply["status"], reply["body"]) == (401, by_http.json)


@pytest.mark.parametrize(
    ("message", "status", "sentence"),
    [
        ("not json", 400, "The body is not valid JSON"),
        ("   ", 400, "The request has no body"),
        ("[1]", 400, "The body must be a JSON object"),
        ('{"api": "audio_v1", "api": "video_v1"}', 400, '"api" stands there twice'),
        ('{"a": ' * 3000, 400, "nested too deeply"),
        ({}, 400, "api: this field is required"),
        ({"api": "other"}, 400, "api: must be 'audio_v1' or 'video_v1'"),
        ({"api": ["audio_v1"]}, 400, "api: must be 'audio_v1' or 'video_v1'"),
        ({"api": "audio_v1"}, 401, "No API key: send it as key"),
        ({"api": "audio_v1", "key": ""}, 401, "No API key: send it as key"),
        ({"api": "audio_v1", "key": 7}, 400, "key: must be a string"),
        ({"api": "audio_v1", "account": "acme"}, 401, "send key instead"),
        ({"api": "audio_v1", "account": "a b"}, 400, "account: must be 1 to 64 letters"),
        ({"api": "audio_v1", "account": "acme", "key": "k"}, 400, "send key or account, not both"),
        ({"api": "audio_v1", "key": "k", "correlation_id": "x" * 256}, 400, "at most 255 characters"),
        ({"api": "audio_v1", "key": "k", "idempotency_key": "a b"}, 400, "idempotency_key: must be 1 to 255"),
        ({"api": "audio_v1", "key": "k", "reply_to": 5}, 400, "reply_to: must be a string"),
    ],
)
@pytest.mark.usefixtures("cloud")
def test_a_message_that_is_wrong_is_answered_once(message: Any, status: int, sentence: str) -> None:
    if isinstance(message, dict) and "key" in message and message["key"] == "k":
        message |= {"key": keys.create("acme")}
    reply = mail.answered(message)
    assert (reply["type"], reply["status"]) == ("refused", status)
    assert reply["body"]["success"] is False
    assert sentence in reply["body"]["error"]["message"]
    assert batches() == []


def test_an_order_that_comes_again_is_accepted_whatever_became_of_the_plan(key: str) -> None:
    """Its answer was lost: to be told that it is refused, while it runs, would be wrong."""
    mail.send(mail.audio(key=key, webhook="https://example.com/hook"))
    records = mail.records()
    orders.handle({"Records": records})
    register.set_plan("acme", "free", {"retention_hours": 2})
    orders.handle({"Records": records})
    first, again = mail.found_on(settings().replies_queue)
    assert (first["type"], again["type"]) == ("accepted", "accepted")
    assert [again["body"]["data"]["batchId"]] == batches()


def test_a_message_may_speak_for_an_account_where_the_operator_says_so(trusting: None) -> None:
    reply = mail.answered(mail.audio(account="other"))
    assert reply["type"] == "accepted"
    assert batches("other") == [reply["body"]["data"]["batchId"]]


def test_an_account_that_is_spoken_for_has_its_own_plan(trusting: None) -> None:
    register.ensure("other", "plus")
    face = order_faces.face("audio_v1")
    for name, plan in (("other", "plus"), ("new", "pro")):
        found = answers.speaker(Head(api="audio_v1", account=name), face)
        assert (found.id, found.plan.name, found.key_id) == (name, plan, None)


@pytest.mark.parametrize(
    ("message", "unknown"), [(mail.audio(), "UNAUTHORIZED"), (mail.text(), "INVALID_API_KEY")]
)
def test_a_key_must_be_good_for_orders(cloud: Cloud, message: dict[str, Any], unknown: str) -> None:
    register.ensure("acme")
    wanted = Wanted(account="acme", name="k", scopes=frozenset(["read"]), at=1)
    for key, told in (("sk_unknown", (401, unknown)), (issuing.issue(wanted)[1], (403, "FORBIDDEN"))):
        reply = mail.answered({**message, "key": key})
        assert (reply["status"], reply["body"]["error"]["code"]) == told
    assert batches() == []


def test_one_bad_message_keeps_no_other(key: str) -> None:
    sent = [mail.send(mail.audio(key=key)), mail.send("poison"), mail.send(mail.text(key=key))]
    assert mail.run() == []
    replies = {reply["message_id"]: reply["type"] for reply in mail.found_on(settings().replies_queue)}
    assert [replies[each] for each in sent] == ["accepted", "refused", "accepted"]


# ---------------------------------------------------------------- twice is once


def test_a_message_delivered_again_makes_no_second_batch(key: str) -> None:
    mail.send(mail.audio(key=key))
    taken = mail.records()
    for _ in range(3):
        assert orders.handle({"Records": taken}) == {"batchItemFailures": []}
    first, *others = mail.found_on(settings().replies_queue)
    assert others == [first] * 2
    assert batches() == [first["body"]["data"]["batchId"]]


def test_a_message_delivered_while_it_is_being_accepted_makes_no_second_batch(key: str) -> None:
    mail.send(mail.audio(key=key))
    taken = mail.records()
    second: list[None] = []

    def deliver_again(**_: Any) -> None:
        if not second:
            second.append(None)
            orders.handle({"Records": taken})

    with hooked("before-call.dynamodb.TransactWriteItems", deliver_again):
        orders.handle({"Records": taken})
    assert len(batches()) == 1
    replies = mail.found_on(settings().replies_queue)
    assert {reply["body"]["data"]["batchId"] for reply in replies} == set(batches())


@pytest.mark.parametrize("way", ["field", "attribute", "http"])
def test_a_message_sent_again_with_its_key_makes_no_second_batch(api: Api, way: str) -> None:
    body = {"jobs": [extract_body()]}
    message = {"api": "audio_v1", "key": api.key, **body}
    if way == "http":
        first = api.post("/v1/batch", body, Idempotency_Key="k1").json
    elif way == "field":
        first = mail.answered({**message, "idempotency_key": "k1"})["body"]
    else:
        first = mail.answered(message, MessageDeduplicationId="k1")["body"]
    again = mail.answered({**message, "idempotency_key": "k1", "correlation_id": "again"})
    assert (again["body"], again["correlation_id"]) == (first, "again")
    other = mail.answered({**message, "idempotency_key": "k1", "metadata": {"a": "b"}})
    assert (other["status"], other["body"]["error"]["code"]) == (422, "IDEMPOTENCY_CONFLICT")
    assert len(batches()) == 1


def test_two_messages_alike_are_two_orders(key: str) -> None:
    mail.answered(mail.audio(key=key))
    mail.answered(mail.audio(key=key))
    assert len(batches()) == 2


# ---------------------------------------------------------------- what comes back


def visible_in(message_id: str) -> float:
    """Seconds, of a message that moto holds."""
    from moto.core.utils import unix_time_millis
    from moto.sqs.models import sqs_backends

    [queue] = [
        q for q in sqs_backends["123456789012"]["us-east-1"].queues.values() if "IntakeQueue" in q.name
    ]
    [message] = [m for m in queue._messages if m.id == message_id]
    return (message.visible_at - unix_time_millis()) / 1000


def test_a_full_queue_lets_it_come_back_later(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_QUEUE_LIMIT", "0")
    monkeypatch.setenv("BATCHREEL_SECONDS_PER_JOB", "2400")
    settings.cache_clear()
    sent = mail.send(mail.audio(key=key))
    assert mail.run() == [sent]
    assert 100 < visible_in(sent) <= 120  # one job too many, 20 workers, 2,400 s a job
    assert mail.found_on(settings().replies_queue) == []
    assert batches() == []


def test_a_full_hour_lets_it_come_back_in_the_next(key: str, wall: FakeClock) -> None:
    wall.now = wall.now // HOUR_MS * HOUR_MS + 3_000_000
    register.set_plan("acme", "pro", {"requests_per_hour": 1})
    assert mail.answered(mail.audio(key=key))["type"] == "accepted"
    mail.send(mail.audio(key=key))
    taken = mail.records()
    assert orders.process(messages.read(taken[0])) == 600
    assert mail.found_on(settings().replies_queue) == []
    wall.forward(600)
    assert orders.process(messages.read(taken[0])) is None
    assert len(batches()) == 2


def test_aws_that_does_not_answer_lets_it_come_back_later(key: str) -> None:
    sent = mail.send(mail.audio(key=key))
    with refusing("dynamodb", "TransactWriteItems"):
        assert mail.run() == [sent]
    assert 10 < visible_in(sent) <= 20
    assert mail.found_on(settings().replies_queue) == []


def test_an_answer_that_cannot_be_sent_lets_it_come_back(key: str) -> None:
    mail.send(mail.audio(key=key))
    taken = mail.records()
    with refusing("sqs", "SendMessage"):
        assert orders.handle({"Records": taken})["batchItemFailures"]
    assert orders.handle({"Records": taken}) == {"batchItemFailures": []}
    [reply] = mail.found_on(settings().replies_queue)
    assert batches() == [reply["body"]["data"]["batchId"]]


def test_a_visibility_that_cannot_be_set_keeps_no_other(key: str) -> None:
    mail.send(mail.audio(key=key))
    with refusing("sqs", "ChangeMessageVisibility"), refusing("dynamodb", "TransactWriteItems"):
        assert len(mail.run()) == 1


# ---------------------------------------------------------------- secrets


def test_a_key_is_neither_kept_nor_told(
    key: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG", logger="chalicelib")
    replies = [
        mail.answered(mail.audio(key=key)),
        mail.answered(mail.audio(key=key, api="nothing")),
        mail.answered(mail.audio(key=key + "x")),
    ]
    with hooked("before-call.dynamodb.GetItem", _break):
        mail.send(mail.audio(key=key))
        assert len(mail.run()) == 1
    address = ids.parse(replies[0]["body"]["data"]["batchId"])
    assert address
    stored = aws.dynamodb().scan(TableName=settings().batches_table)["Items"]
    assert store.get_batch(address.token)
    told = json.dumps([replies, stored]) + caplog.text + capsys.readouterr().out
    assert key not in told


def _break(**_: Any) -> None:
    raise RuntimeError("a bug")


def test_refusals_are_counted(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    mail.answered(mail.audio(key=key))
    assert capsys.readouterr().out == ""
    mail.answered("poison")
    line = json.loads(capsys.readouterr().out)
    [metric] = line["_aws"]["CloudWatchMetrics"]
    assert metric["Namespace"] == "Batchreel"
    assert metric["Metrics"] == [{"Name": "IntakeRefused", "Unit": "Count"}]
    assert line["IntakeRefused"] == 1
