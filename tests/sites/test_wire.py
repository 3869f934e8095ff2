"""The lines between a worker and its reader of pages."""

from __future__ import annotations

import pytest

from chalicelib.sites import wire
from chalicelib.sites.wire import Answer, Failed, Found, Kept, Order, Received

ORDER = Order(
    "https://a.test/", "/tmp/x", 60.0, 1000, 90.0, True, "http://u:hunter2@p:1", "cookie hunter2", "deno:/d"
)


def test_an_order_arrives_as_it_was_given() -> None:
    assert wire.order_in(wire.line_of(ORDER)) == ORDER


def test_an_order_shows_no_secret() -> None:
    assert "hunter2" not in repr(ORDER)


@pytest.mark.parametrize(
    "answer",
    [
        Found("T\nü\U0001f3b5", "mp4", 1.5, None, "https://a.test/", {"Referer": "x"}),
        Found(None, "media", None, 7),
        Received(3, None),
        Kept(),
        Failed("SITE_FAILED", "HTTP 500"),
    ],
)
def test_answers_are_one_line_each(answer: Answer) -> None:
    line = wire.line_of(answer)
    assert line.count(b"\n") == 1
    assert wire.answer_in(line.rstrip()) == answer


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"hello",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b'{"kind": "other"}',
        b'{"kind": "received", "size": "3", "total": null}',
        b'{"kind": "received", "size": -3, "total": null}',
        b'{"kind": "found", "title": null, "extension": "x", "seconds": NaN, "size": null}',
        b'{"kind": "found", "title": null, "extension": "x", "seconds": 1, "size": 1, "headers": {"a": 1}}',
        b'{"kind": "failed", "code": 3}',
    ],
)
def test_anything_else_is_no_answer(line: bytes) -> None:
    assert wire.answer_in(line) is None


@pytest.mark.parametrize(
    ("seconds", "size", "allowed"),
    [(None, None, True), (90.0, 1000, True), (90.1, 1, False), (1.0, 1001, False)],
)
def test_an_order_says_what_it_allows(seconds: float | None, size: int | None, allowed: bool) -> None:
    assert ORDER.allows(Found(None, "mp4", seconds, size)) is allowed
