"""Names of files in answers and in links."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from chalicelib.api import links
from chalicelib.clock import now_ms
from tests.conftest import Cloud

NAMES = [
    ("talk.mp3", "talk.mp3", None),
    ("Käse \u65e5.mp3", "K_se _.mp3", "Käse \u65e5.mp3"),
    ("\U0001f3b5\U0001f3b5.m4a", "__.m4a", "\U0001f3b5\U0001f3b5.m4a"),
    ("it's; a=b, c.mp3", "it's; a=b, c.mp3", None),
    ('say "hi".mp3', "say _hi_.mp3", None),
    ("50%25.mp3", "50_25.mp3", "50%25.mp3"),
    ("photo\u202egpj.mp3", "photo_gpj.mp3", None),
    ("a\r\nX-Evil: 1.mp3", "a__X-Evil_ 1.mp3", None),
    ("\u65e5" * 83 + ".mp3", "_" * 83 + ".mp3", "\u65e5" * 83 + ".mp3"),
]


@pytest.mark.parametrize(("name", "plain", "real"), NAMES)
def test_attachment(name: str, plain: str, real: str | None) -> None:
    header = links.attachment(name)
    assert header.isascii()
    assert header.isprintable()
    first, _, second = header.partition("; filename*=UTF-8''")
    assert first == f'attachment; filename="{plain}"'
    assert (unquote(second) or None) == real
    # RFC 8187: nothing else may stand there bare
    assert set(second) <= set("%-._~" + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


@pytest.mark.parametrize("name", [name for name, _, _ in NAMES])
def test_a_link_carries_the_same_header(cloud: Cloud, name: str) -> None:
    link = links.presigned(
        "key", filename=name, content_type="audio/mpeg", now=now_ms(), expires_at=now_ms() + 10**9
    )
    assert link
    query = parse_qs(urlsplit(link).query)
    assert query["response-content-disposition"] == [links.attachment(name)]
    assert query["response-content-type"] == ["audio/mpeg"]
    assert len(link) < 4096


@pytest.mark.parametrize(("ago", "left"), [(0, 5000), (10_000, 5000), (10_000, 1001), (100_000, 60_000)])
def test_a_link_ends_in_time_however_long_ago_it_was_decided_on(cloud: Cloud, ago: int, left: int) -> None:
    """S3 counts from the moment of signing, which comes after a hundred others of the same answer."""
    now = now_ms()
    made = links.link("key", filename="a", content_type="a/b", now=now - ago, expires_at=now + left)
    assert made
    query = {name: value for name, [value] in parse_qs(urlsplit(made.url).query).items()}
    signed = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%S%z").timestamp()
    assert made.expires_at == (signed + int(query["X-Amz-Expires"])) * 1000
    assert made.expires_at <= now + left


def test_in_the_last_second_there_is_no_link(cloud: Cloud) -> None:
    now = now_ms()
    for left in (999, 0, -1):
        assert links.link("key", filename="a", content_type="a/b", now=now, expires_at=now + left) is None
    assert links.link("key", filename="a", content_type="a/b", now=now - 9000, expires_at=now) is None
