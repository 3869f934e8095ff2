"""Single requests through the outbound guard, against real sockets on loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from chalicelib.errors import JobCancelled, OutboundError
from chalicelib.outbound import SourceTooLarge
from chalicelib.outbound.request import Reply, request
from tests.stand_ins.web import Receiver
from tests.stand_ins.web import Reply as Said

NAMES = ("BATCHES_TABLE", "ACCOUNTS_TABLE", "BUCKET", "EVENT_BUS", "FINISH_ARN", "KMS_KEY")


@pytest.fixture(autouse=True)
def _only_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv("BATCHREEL_" + name, "unused")
    monkeypatch.setenv("BATCHREEL_DANGEROUS_ALLOW_NETS", "127.0.0.1/32")


@pytest.fixture
def elsewhere() -> Iterator[Receiver]:
    """At an address that is not exempt."""
    with Receiver(host="127.0.0.2") as running:
        yield running


def ask(method: str, url: str, **options: object) -> Reply:
    limits: dict[str, object] = {"deadline": time.monotonic() + 20, "max_bytes": 1000}
    return request(method, url, **(limits | options))  # type: ignore[arg-type]


def test_method_headers_and_body_arrive_as_they_are(receiver: Receiver) -> None:
    reply = ask("POST", receiver.url("/a?b=c"), headers={"X-One": "1"}, body=b"{}")
    (call,) = receiver.calls
    assert (call.method, call.path, call.body, call.headers["x-one"]) == ("POST", "/a?b=c", b"{}", "1")
    assert (reply.status, reply.body) == (200, b"ok")


def test_a_redirect_is_an_answer_and_is_not_followed(receiver: Receiver) -> None:
    receiver.program("/old", Said(302, {"Location": "/new"}))
    reply = ask("GET", receiver.url("/old"))
    assert (reply.status, reply.header("location")) == (302, "/new")
    assert len(receiver.calls) == 1


def test_an_error_is_an_answer(receiver: Receiver) -> None:
    receiver.program("/gone", Said(404, body=b"no"))
    reply = ask("GET", receiver.url("/gone"))
    assert (reply.status, reply.body, reply.header("x-none")) == (404, b"no", None)


def test_too_large_a_body_is_not_read(receiver: Receiver) -> None:
    receiver.program("/big", Said(body=b"x" * 1001))
    with pytest.raises(SourceTooLarge):
        ask("GET", receiver.url("/big"))


def test_a_compressed_body_is_refused(receiver: Receiver) -> None:
    receiver.program("/packed", Said(headers={"Content-Encoding": "gzip"}))
    with pytest.raises(OutboundError, match="compresses"):
        ask("GET", receiver.url("/packed"))


def test_another_address_is_refused_and_not_connected_to(elsewhere: Receiver) -> None:
    with pytest.raises(OutboundError, match="not a public one") as refused:
        ask("POST", elsewhere.url("/a"), body=b"secret")
    assert not refused.value.retryable
    assert elsewhere.calls == []


def test_line_breaks_in_a_header_are_refused(receiver: Receiver) -> None:
    with pytest.raises(OutboundError, match="not well formed"):
        ask("GET", receiver.url("/a"), headers={"X-One": "1\r\nX-Two: 2"})
    assert receiver.calls == []


def test_what_tick_raises_comes_out(receiver: Receiver) -> None:
    def stop() -> None:
        raise JobCancelled("cancelled")

    receiver.program("/slow", Said(drip=True, body=b"x" * 900))
    with pytest.raises(JobCancelled):
        ask("GET", receiver.url("/slow"), tick=stop)
