"""Hosts that lie, flood, drip, or lead elsewhere: each ends in its error, in bounded time."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from chalicelib import outbound
from chalicelib.errors import OutboundError
from chalicelib.outbound import Ranged, SourceCutShort, SourceTooLarge
from chalicelib.outbound.exchange import Exchange
from chalicelib.outbound.patience import Patience
from chalicelib.outbound.urls import parse
from tests.stand_ins.web import Receiver, WebServer

NAMES = ("BATCHES_TABLE", "ACCOUNTS_TABLE", "BUCKET", "EVENT_BUS", "FINISH_ARN", "KMS_KEY")
BODY = bytes(range(256)) * 100
UNPACKED = 50_000_000


@pytest.fixture(autouse=True)
def _one_address_is_exempt(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv("BATCHREEL_" + name, "unused")
    monkeypatch.setenv("BATCHREEL_DANGEROUS_ALLOW_NETS", "127.0.0.1/32")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    root = tmp_path_factory.mktemp("web")
    (root / "a.bin").write_bytes(BODY)
    (root / "bomb.gz").write_bytes(gzip.compress(bytes(UNPACKED)))
    with WebServer(root) as server:
        yield server


def fetch(url: str, *, seconds: float = 20, max_bytes: int | None = None) -> bytes:
    with (
        outbound.open_source(url, deadline=time.monotonic() + seconds, max_bytes=max_bytes) as source,
        closing(Ranged(source)) as stream,
    ):
        return b"".join(stream.chunks())


def test_a_bomb_is_named_and_never_unpacked(web: WebServer) -> None:
    packed = Path(web.root / "bomb.gz").read_bytes()
    url = web.url("encoded/bomb.gz?Content-Encoding=gzip")
    with outbound.open_source(url, deadline=time.monotonic() + 20) as source:
        assert source.compression == "gzip"
        assert b"".join(source.chunks()) == packed
        assert source.received == len(packed) < UNPACKED / 100


def test_a_body_without_end(web: WebServer) -> None:
    with pytest.raises(SourceTooLarge) as caught:
        fetch(web.url("forever/a.bin"), max_bytes=10_000_000)
    assert not caught.value.retryable


def test_a_body_without_end_and_without_limit(web: WebServer) -> None:
    with (
        outbound.open_source(web.url("forever/a.bin"), deadline=time.monotonic() + 0.3) as source,
        closing(Ranged(source)) as stream,
        pytest.raises(OutboundError) as caught,
    ):
        for _ in stream.chunks():
            pass
    assert caught.value.timed_out


def test_what_comes_beyond_the_promised_length_is_not_read(web: WebServer) -> None:
    assert fetch(web.url("more/a.bin")) == BODY


def test_less_than_the_promised_length(web: WebServer) -> None:
    with pytest.raises(SourceCutShort, match="12,800 of 25,600 bytes"):
        fetch(web.url("truncated/a.bin"))


def test_chunks_of_no_length(web: WebServer) -> None:
    with pytest.raises(SourceCutShort) as caught:
        fetch(web.url("nonsense/a.bin"))
    assert caught.value.retryable


@pytest.mark.parametrize("mode", ["drip", "drip-head"])
def test_the_deadline_ends_a_drip(web: WebServer, mode: str) -> None:
    started = time.monotonic()
    with pytest.raises(OutboundError) as caught:
        fetch(web.url(f"{mode}/a.bin"), seconds=0.4)
    assert caught.value.timed_out
    assert time.monotonic() - started < 5


def test_a_closed_connection_is_not_opened_behind_the_guard(web: WebServer) -> None:
    """As http.client would do, from the name and without a check."""
    target = parse(web.url("encoded/a.bin?Connection=close"))
    with closing(Exchange(target, Patience(time.monotonic() + 20, 5))) as exchange:
        exchange.send("GET", {}).read()
        assert not exchange.kept
        before = len(web.log)
        with pytest.raises(OutboundError):
            exchange.send("GET", {})
    assert len(web.log) == before


def test_a_redirect_inside(web: WebServer) -> None:
    with Receiver(host="127.0.0.2") as inside:
        with pytest.raises(OutboundError, match="redirects to another URL") as caught:
            fetch(web.url(f"redirect?to={inside.url('/secret')}"))
        assert not caught.value.retryable
        assert inside.calls == []


def test_a_name_that_leads_inside_when_it_is_redirected_to(
    web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Harmless at the first look-up; a redirect to the same name makes for a second one."""
    answers = iter(["127.0.0.1", "127.0.0.2"])

    def look_up(name: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with Receiver(host="127.0.0.2", port=web.port) as inside:
        here = f"http://changing.example:{web.port}"
        with pytest.raises(OutboundError, match="does not have a public address") as caught:
            fetch(f"{here}/redirect?to={here}/secret")
        assert not caught.value.retryable
        assert inside.calls == []
