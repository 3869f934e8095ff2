"""Where answers go: the queue that the message names, if the operator allows it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.settings import settings
from tests.intake import mail

QueueOf = Callable[[str], str]


@pytest.mark.parametrize("form", ["arn", "url"])
def test_a_queue_that_is_allowed_gets_the_answer(key: str, queue_of: QueueOf, form: str) -> None:
    url = queue_of("answers-shop")
    mail.send(mail.audio(key=key, reply_to=url if form == "url" else mail.arn("answers-shop")))
    assert mail.run() == []
    assert mail.only_on(url)["type"] == "accepted"
    assert mail.found_on(settings().replies_queue) == []


@pytest.mark.usefixtures("queue_of")
@pytest.mark.parametrize(
    ("reply_to", "sentence"),
    [
        (mail.arn("others"), "may not send to that queue"),
        ("arn:aws:sqs:us-east-1:999999999999:answers-shop", "may not send to that queue"),
        ("arn:aws:sqs:eu-west-1:123456789012:answers-shop", "in the region of this service"),
        ("arn:aws:sns:us-east-1:123456789012:answers-shop", "in the region of this service"),
        (mail.arn("answers-shop.fifo"), "a standard SQS queue"),
        ("https://example.com/123456789012/answers-shop", "in the region of this service"),
        (mail.arn("answers-/../batchreel-IntakeQueue"), "in the region of this service"),
        ("answers-shop", "must be the ARN or URL"),
        ("", "must be the ARN or URL"),
    ],
)
def test_a_queue_that_is_not_allowed_is_refused_on_the_own_one(
    key: str, reply_to: str, sentence: str
) -> None:
    reply = mail.answered(mail.audio(key=key, reply_to=reply_to))
    assert (reply["type"], reply["status"]) == ("refused", 400)
    assert sentence in reply["body"]["error"]["message"]


@pytest.mark.parametrize("name", ["IntakeQueue", "GivenUpQueue", "AudioNormalQueue", "TextHighQueue"])
def test_no_wildcard_covers_the_services_own_queues(
    key: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("BATCHREEL_REPLY_QUEUES", mail.arn("*"))
    settings.cache_clear()
    reply = mail.answered(mail.audio(key=key, reply_to=mail.url(name)))
    assert "may not send to that queue" in reply["body"]["error"]["message"]


def test_the_own_replies_queue_may_be_named(key: str) -> None:
    assert mail.answered(mail.audio(key=key, reply_to=settings().replies_queue))["type"] == "accepted"


def test_a_refusal_goes_to_the_named_queue_too(queue_of: QueueOf) -> None:
    url = queue_of("answers-shop")
    mail.send({"api": "other", "reply_to": url, "correlation_id": "c"})
    mail.run()
    reply = mail.only_on(url)
    assert (reply["type"], reply["correlation_id"]) == ("refused", "c")


def test_a_key_used_with_another_queue_is_a_conflict(key: str, queue_of: QueueOf) -> None:
    """Otherwise the second queue would be accepted, and hear nothing."""
    url = queue_of("answers-shop")
    mail.answered(mail.audio(key=key, idempotency_key="k"))
    mail.send(mail.audio(key=key, idempotency_key="k", reply_to=url))
    mail.run()
    assert mail.only_on(url)["body"]["error"]["code"] == "IDEMPOTENCY_CONFLICT"
