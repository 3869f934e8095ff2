"""Several connections for one source, against real sockets on loopback."""

from __future__ import annotations

import hashlib
import random
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import trustme

from chalicelib import outbound
from chalicelib.errors import JobCancelled, OutboundError
from chalicelib.outbound import Ranged, SourceChanged, pace
from chalicelib.outbound.ahead import SEGMENT_BYTES
from chalicelib.outbound.dial import tls_context
from chalicelib.outbound.ranged import WORTH_BYTES
from tests.stand_ins.ranges import Act, RangeHost
from tests.stand_ins.web import Receiver

NAMES = ("BATCHES_TABLE", "ACCOUNTS_TABLE", "BUCKET", "EVENT_BUS", "FINISH_ARN", "KMS_KEY")
SIZE = 7 * SEGMENT_BYTES - 12345
FIRST_SEGMENT = 2 * SEGMENT_BYTES
"""Where the other connections begin: the first brings one to be looked at, and one meanwhile."""


@pytest.fixture(autouse=True)
def _one_address_is_exempt(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv("BATCHREEL_" + name, "unused")
    monkeypatch.setenv("BATCHREEL_DANGEROUS_ALLOW_NETS", "127.0.0.1/32")


@pytest.fixture(scope="module")
def body() -> bytes:
    return random.Random(1).randbytes(SIZE)


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """However fast one connection is, more are opened: these tests are not about time."""
    monkeypatch.setattr(pace, "SLOW_SECONDS", 0.0)
    monkeypatch.setattr(pace, "WAITING_SHARE", 0.0)


@pytest.fixture
def host(body: bytes, eager: None) -> Iterator[RangeHost]:
    with RangeHost(body) as running:
        yield running
    assert not threads()


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "source-range"]


@contextmanager
def opened(url: str, *, seconds: float = 30, tick: Callable[[], None] = lambda: None) -> Iterator[Ranged]:
    with (
        outbound.open_source(url, deadline=time.monotonic() + seconds, tick=tick) as source,
        closing(Ranged(source)) as stream,
    ):
        yield stream


def fetch(url: str) -> str:
    with opened(url) as stream:
        return digest(b"".join(stream.chunks()))


def read_beyond(stream: Ranged, size: int) -> None:
    chunks = stream.chunks()
    while stream.received <= size:
        next(chunks)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def start_of(headers: Mapping[str, str]) -> int:
    """0 if no range was asked for."""
    found = re.match(r"bytes=(\d+)-", headers.get("range", ""))
    return int(found[1]) if found else 0


def is_segment(headers: Mapping[str, str]) -> bool:
    start, _, end = headers.get("range", "").removeprefix("bytes=").partition("-")
    return bool(end) and int(end) + 1 - int(start) == SEGMENT_BYTES


def test_four_connections_at_once(host: RangeHost, body: bytes) -> None:
    host.gather = 3
    assert fetch(host.url("/")) == digest(body)
    assert 4 <= host.at_once <= 5  # the host may hear late that the first one is closed
    starts = sorted(start_of(headers) for headers in host.log)
    assert starts == [0, *range(FIRST_SEGMENT, SIZE, SEGMENT_BYTES)]
    assert len(host.connections) <= 5 < len(host.log)  # all but the first are kept


def test_a_host_that_keeps_no_connection(host: RangeHost, body: bytes) -> None:
    host.then = lambda _: Act(headers={"Connection": "close"})
    assert fetch(host.url("/")) == digest(body)
    assert len(host.connections) == len(host.log) == 6


def test_a_host_that_does_not_keep_what_it_said_it_would(host: RangeHost, body: bytes) -> None:
    host.fickle = True
    host.body = body + body
    assert fetch(host.url("/")) == digest(host.body)
    assert len(host.ranges()) == 12
    assert len(host.connections) == 13


def test_a_second_connection_takes_the_place_of_the_first(host: RangeHost) -> None:
    host.then = lambda headers: Act(stall=1_000_000) if "range" in headers else Act()
    with opened(host.url("/")) as stream:
        read_beyond(stream, FIRST_SEGMENT)
        assert host.wait_for_ranges(4)


def test_the_first_connection_is_closed_when_it_is_not_needed(host: RangeHost) -> None:
    with opened(host.url("/")) as stream:
        read_beyond(stream, SIZE - 1)
        assert host.wait_until_idle()


def test_bytes_that_come_one_by_one_are_gathered(host: RangeHost, body: bytes) -> None:
    """A chunk costs more memory than a byte."""
    host.then = lambda headers: Act(piece=1000) if "range" in headers else Act()
    with opened(host.url("/")) as stream:
        chunks = list(stream.chunks())
    assert b"".join(chunks) == body
    assert sum(len(chunk) < 65536 for chunk in chunks) < 100


def test_no_more_is_held_than_a_segment_for_each_connection(host: RangeHost, body: bytes) -> None:
    host.body = body + body
    with opened(host.url("/")) as stream:
        read_beyond(stream, FIRST_SEGMENT + SEGMENT_BYTES)
        assert host.wait_for_ranges(5)
        assert host.wait_until_idle()  # all of them have arrived, and are not read
        assert len(host.ranges()) == 5


def test_over_tls(
    eager: None, body: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    tls_context.cache_clear()
    request.addfinalizer(tls_context.cache_clear)
    with RangeHost(body, tls=context) as host:
        host.gather = 3
        assert fetch(f"https://localhost:{host.port}/") == digest(body)
    assert host.at_once >= 4
    assert len(host.connections) <= 5 < len(host.log)


# --- when one connection is left alone


@pytest.mark.parametrize("connections", ["0", "1"])
def test_as_the_operator_wants_it(
    host: RangeHost, body: bytes, monkeypatch: pytest.MonkeyPatch, connections: str
) -> None:
    monkeypatch.setenv("BATCHREEL_SOURCE_CONNECTIONS", connections)
    assert fetch(host.url("/")) == digest(body)
    assert len(host.log) == 1


def test_little_is_left_to_one_connection(eager: None, body: bytes) -> None:
    small = body[: SEGMENT_BYTES + WORTH_BYTES - 1]
    with RangeHost(small) as host:
        assert fetch(host.url("/")) == digest(small)
    assert len(host.log) == 1


# --- hosts that do not play along


@pytest.mark.parametrize(
    "act",
    [
        Act(403),
        Act(416),
        Act(429),
        Act(503),
        Act(302, {"Location": "/elsewhere"}),
        Act(whole=True),
        Act(headers={"Content-Range": f"bytes 0-{SEGMENT_BYTES - 1}/{SIZE}"}),
        Act(headers={"ETag": '"other"'}),
        Act(cut=0),
    ],
)
def test_the_first_connection_goes_on_if_ranges_fail(host: RangeHost, body: bytes, act: Act) -> None:
    host.then = lambda headers: act if "range" in headers else Act()
    assert fetch(host.url("/")) == digest(body)
    assert len(host.log) - len(host.ranges()) == 1
    assert len(host.ranges()) <= 3  # it is tried once


def test_a_range_that_is_redirected_to_a_private_address(host: RangeHost, body: bytes) -> None:
    with Receiver(host="127.0.0.2") as inside:
        away = Act(302, {"Location": inside.url("/secret")})
        host.then = lambda headers: away if "range" in headers else Act()
        assert fetch(host.url("/")) == digest(body)
    assert inside.calls == []


@pytest.mark.parametrize(
    ("act", "again"),
    [(Act(403), False), (Act(503), False), (Act(whole=True), False), (Act(cut=1_000_000), True)],
)
def test_a_segment_that_fails_after_others_came(host: RangeHost, body: bytes, act: Act, again: bool) -> None:
    """One connection brings the rest. More are tried again unless the host has refused a range."""
    late = FIRST_SEGMENT + SEGMENT_BYTES
    host.body = body + body
    host.then = lambda headers: act if is_segment(headers) and start_of(headers) == late else Act()
    assert fetch(host.url("/")) == digest(host.body)
    alone = next(at for at, headers in enumerate(host.log) if at and not is_segment(headers))
    assert start_of(host.log[alone]) >= late
    assert (len(host.log) > alone + 1) is again


def test_a_source_that_changes_after_others_came(host: RangeHost) -> None:
    late = FIRST_SEGMENT + 2 * SEGMENT_BYTES
    changed = Act(body=bytes(SIZE))
    host.then = lambda headers: changed if start_of(headers) >= late else Act()
    with pytest.raises(SourceChanged):
        fetch(host.url("/"))


def test_a_first_connection_that_breaks_beside_the_others(host: RangeHost, body: bytes) -> None:
    host.acts = [Act(cut=FIRST_SEGMENT - 1_000_000)]
    assert fetch(host.url("/")) == digest(body)


# --- ends


@pytest.fixture
def stuck(host: RangeHost) -> Iterator[RangeHost]:
    """Brings a little of each range; without an end of our own, 30 s pass before it counts as stalled."""
    host.then = lambda headers: Act(stall=1_000_000) if "range" in headers else Act()
    started = time.monotonic()
    yield host
    assert time.monotonic() - started < 20


def test_cancel_ends_every_connection(stuck: RangeHost) -> None:
    def cancel() -> None:
        if stream.received > FIRST_SEGMENT:
            raise JobCancelled("stop")

    with opened(stuck.url("/"), tick=cancel) as stream, pytest.raises(JobCancelled):
        for _ in stream.chunks():
            pass
    assert not threads()


def test_a_reader_who_leaves_ends_every_connection(stuck: RangeHost) -> None:
    with opened(stuck.url("/")) as stream:
        read_beyond(stream, FIRST_SEGMENT)
        assert len(threads()) == 4
    assert not threads()


def test_the_deadline_holds(stuck: RangeHost) -> None:
    with opened(stuck.url("/"), seconds=1.5) as stream, pytest.raises(OutboundError) as caught:
        for _ in stream.chunks():
            pass
    assert caught.value.timed_out
    assert stream.received > FIRST_SEGMENT
