"""Messages that came back too often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.intake import dead_letters, orders
from chalicelib.settings import settings
from tests.batches.aws_faults import refusing
from tests.intake import mail

QueueOf = Callable[[str], str]


def dead(**changes: Any) -> dict[str, Any]:
    """The one message of intake, as it comes out of its dead-letter queue."""
    [record] = mail.records()
    attributes = {**record["attributes"], "ApproximateReceiveCount": "6"}
    return {**record, "attributes": attributes, **changes}


def bury(*records: Any) -> list[Any]:
    return list(dead_letters.handle({"Records": list(records)})["batchItemFailures"])


def test_a_dead_message_is_refused_and_kept_without_its_key(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATCHREEL_QUEUE_LIMIT", "0")
    settings.cache_clear()
    order = mail.audio(correlation_id="c")
    sent = mail.send({**order, "key": key})
    assert bury(dead()) == []
    reply = mail.only_on(settings().replies_queue)
    assert (reply["type"], reply["status"], reply["correlation_id"]) == ("refused", 503, "c")
    assert reply["body"]["error"]["code"] == "QUEUE_FULL"
    kept = mail.only_on(settings().given_up_queue)
    assert kept == {"message_id": sent, "error": reply["body"]["error"], "message": order}


def test_a_dead_message_that_was_accepted_is_told_so(key: str, queue_of: QueueOf) -> None:
    """Its queue took no answer, five times."""
    mail.send(mail.audio(key=key, reply_to=mail.arn("answers-gone")))
    record = dead()
    assert len(orders.handle({"Records": [record]})["batchItemFailures"]) == 1
    assert bury(record) == []
    reply = mail.only_on(settings().replies_queue)
    assert reply["type"] == "accepted"
    assert mail.found_on(settings().given_up_queue) == []


def test_a_dead_message_is_refused_for_its_own_reason(key: str, queue_of: QueueOf) -> None:
    mail.send(mail.audio(key=key, reply_to=mail.arn("answers-gone"), colour="red"))
    assert bury(dead()) == []
    reply = mail.only_on(settings().replies_queue)
    assert (reply["status"], reply["body"]["error"]["code"]) == (400, "INVALID_REQUEST")


def test_a_message_that_ends_whoever_looks_into_it_is_not_looked_into_for_ever(key: str) -> None:
    mail.send(mail.audio(key=key))
    record = dead(attributes={"ApproximateReceiveCount": "21"})
    assert bury(record) == []
    reply = mail.only_on(settings().replies_queue)
    assert (reply["type"], reply["status"]) == ("refused", 500)


def test_a_dead_message_that_cannot_be_answered_stays(key: str) -> None:
    mail.send("poison")
    record = dead()
    with refusing("sqs", "SendMessage"):
        assert bury(record) == [{"itemIdentifier": record["messageId"]}]
    assert bury(record) == []
