"""Sources that break off, and what may be joined to what came before, against real sockets on loopback."""

from __future__ import annotations

import hashlib
import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from email.utils import formatdate

import pytest

from chalicelib import outbound
from chalicelib.errors import JobCancelled, OutboundError
from chalicelib.outbound import Ranged, SourceChanged, SourceCutShort, ranged
from chalicelib.outbound.ranged import PAUSES, PROGRESS_BYTES
from tests.stand_ins.ranges import Act, RangeHost, etag

NAMES = ("BATCHES_TABLE", "ACCOUNTS_TABLE", "BUCKET", "EVENT_BUS", "FINISH_ARN", "KMS_KEY")
BODY = random.Random(1).randbytes(3_000_000)
OTHER = random.Random(2).randbytes(3_000_000)
CUT = 1_000_000
OLD = formatdate(1_700_000_000, usegmt=True)
BARELY_NEWER = formatdate(1_700_000_059, usegmt=True)
NEWER = formatdate(1_700_000_060, usegmt=True)


@pytest.fixture(autouse=True)
def _one_address_is_exempt(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv("BATCHREEL_" + name, "unused")
    monkeypatch.setenv("BATCHREEL_DANGEROUS_ALLOW_NETS", "127.0.0.1/32")
    monkeypatch.setenv("BATCHREEL_SOURCE_TIMEOUT", "0.3")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many attempts as ever, without the pauses."""
    monkeypatch.setattr(ranged, "PAUSES", (0.0,) * len(PAUSES))


@pytest.fixture
def host() -> Iterator[RangeHost]:
    with RangeHost(BODY) as running:
        yield running


def fetch(
    url: str,
    *,
    seconds: float = 20,
    max_bytes: int | None = None,
    tick: Callable[[], None] = lambda: None,
) -> bytes:
    deadline = time.monotonic() + seconds
    with (
        outbound.open_source(url, deadline=deadline, max_bytes=max_bytes, tick=tick) as source,
        closing(Ranged(source)) as stream,
    ):
        body = b"".join(stream.chunks())
        assert stream.received == len(body)
        return body


def is_body(data: bytes) -> bool:
    return hashlib.sha256(data).digest() == hashlib.sha256(BODY).digest()


def test_goes_on_where_the_connection_broke(host: RangeHost) -> None:
    host.acts = [Act(cut=CUT)]
    assert is_body(fetch(host.url("/")))
    assert host.ranges() == [f"bytes={CUT}-{len(BODY) - 1}"]
    assert host.log[1]["if-range"] == etag(BODY)
    assert host.log[1]["accept-encoding"] == "identity"


def test_goes_on_after_silence(host: RangeHost) -> None:
    host.acts = [Act(stall=CUT)]
    with (
        outbound.open_source(host.url("/"), deadline=time.monotonic() + 20) as source,
        closing(Ranged(source)) as stream,
    ):
        assert is_body(b"".join(stream.chunks()))
        assert source.exchange.patience.waited >= 0.3  # what the silence took


def test_goes_on_from_the_end_of_a_redirect(host: RangeHost) -> None:
    host.acts = [Act(302, {"Location": "/elsewhere?a=b"}), Act(cut=CUT)]
    assert is_body(fetch(host.url("/")))
    assert len(host.log) == 3


def test_every_part_may_break(host: RangeHost, at_once: None) -> None:
    """Each attempt gets far enough to count as progress, so there may be more of them than in a row."""
    host.body = random.Random(1).randbytes(6 * PROGRESS_BYTES)
    host.then = lambda _: Act(cut=PROGRESS_BYTES)
    assert fetch(host.url("/")) == host.body
    assert len(host.log) == 6 > 1 + len(PAUSES)


def test_attempts_run_out(host: RangeHost, at_once: None) -> None:
    host.acts = [Act(cut=CUT)]
    host.then = lambda _: Act(cut=1)
    with pytest.raises(SourceCutShort, match="ended early: 1,000,003 of 3,000,000 bytes") as caught:
        fetch(host.url("/"))
    assert caught.value.retryable
    assert len(host.log) == 1 + len(PAUSES)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_host_in_trouble_is_asked_again(host: RangeHost, at_once: None, status: int) -> None:
    host.acts = [Act(cut=CUT), Act(status), Act(status)]
    assert is_body(fetch(host.url("/")))


def test_a_host_that_is_gone(at_once: None) -> None:
    with RangeHost(BODY) as host:
        host.acts = [Act(cut=CUT)]
        with (
            outbound.open_source(host.url("/"), deadline=time.monotonic() + 20) as source,
            closing(Ranged(source)) as stream,
        ):
            chunks = stream.chunks()
            next(chunks)
            host.stop()
            with pytest.raises(SourceCutShort, match="of 3,000,000 bytes arrived"):
                list(chunks)


# --- what may be joined


@pytest.mark.parametrize(
    "act",
    [
        Act(body=OTHER),
        Act(body=BODY + b"more"),
        Act(body=BODY[:CUT]),
        Act(body=OTHER, whole=True),
        Act(headers={"ETag": '"other"'}),
        Act(headers={"ETag": None}),
        Act(headers={"ETag": "W/" + etag(BODY)}),
        Act(headers={"Content-Range": f"bytes {CUT}-{len(BODY) - 1}/{len(BODY) + 1}"}),
        Act(416, {"Content-Range": f"bytes */{CUT}"}),
    ],
)
def test_two_versions_are_never_joined(host: RangeHost, act: Act) -> None:
    host.acts = [Act(cut=CUT), act]
    with pytest.raises(SourceChanged) as caught:
        fetch(host.url("/"))
    assert caught.value.retryable
    assert len(host.log) == 2


@pytest.mark.parametrize(
    "act",
    [
        Act(whole=True),
        Act(416, {"Content-Range": f"bytes */{len(BODY)}"}),
        Act(416),
        Act(403),
        Act(204),
        Act(302, {"Location": "/elsewhere"}),
        Act(302, {"Location": "http://169.254.169.254/latest/"}),
        Act(headers={"Content-Range": None}),
        Act(headers={"Content-Range": f"bytes 0-{len(BODY) - 1}/{len(BODY)}"}),
        Act(headers={"Content-Range": f"bytes {CUT + 1}-{len(BODY) - 1}/{len(BODY)}"}),
        Act(headers={"Content-Range": f"bytes {CUT}-{len(BODY) - 2}/{len(BODY)}"}),
        Act(headers={"Content-Range": f"bytes {CUT}-{len(BODY) - 1}/*"}),
        Act(headers={"Content-Range": f"bytes {CUT}-{len(BODY) - 1}/{'9' * 5000}"}),
        Act(headers={"Content-Length": str(len(BODY) - CUT + 1)}),
        Act(headers={"Content-Length": None}),
        Act(headers={"Content-Encoding": "gzip"}),
    ],
)
def test_what_is_not_the_range_asked_for(host: RangeHost, act: Act) -> None:
    """The first failure stands, and the host is not asked for what it will not give."""
    host.acts = [Act(cut=CUT), act]
    with pytest.raises(SourceCutShort, match="ended early: 1,000,000 of 3,000,000") as caught:
        fetch(host.url("/"))
    assert caught.value.retryable
    assert len(host.log) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"ETag": "W/" + etag(BODY)},
        {"ETag": "W/" + etag(BODY), "Last-Modified": OLD},
        {"ETag": etag(BODY).strip('"')},
        {"ETag": None},
        {"ETag": None, "Last-Modified": OLD, "Date": BARELY_NEWER},
        {"ETag": None, "Last-Modified": OLD, "Date": None},
        {"ETag": None, "Last-Modified": OLD, "Date": OLD},
        {"ETag": None, "Last-Modified": "yesterday"},
        {"ETag": None, "Last-Modified": OLD.replace("GMT", "-0000")},
        {"ETag": None, "Last-Modified": OLD.replace("GMT", "+0000")},
        {"Accept-Ranges": None},
        {"Accept-Ranges": "none"},
    ],
)
def test_where_nothing_vouches_for_a_range_none_is_asked_for(
    host: RangeHost, headers: dict[str, str | None]
) -> None:
    host.acts = [Act(cut=CUT, headers=headers)]
    with pytest.raises(SourceCutShort):
        fetch(host.url("/"))
    assert len(host.log) == 1


def test_a_range_of_the_callers_own_is_left_as_it_is(host: RangeHost) -> None:
    host.acts = [Act(cut=CUT)]
    deadline, headers = time.monotonic() + 20, {"Range": "bytes=5-"}
    with (
        outbound.open_source(host.url("/"), deadline=deadline, headers=headers) as source,
        closing(Ranged(source)) as stream,
    ):
        assert source.status == 206
        with pytest.raises(SourceCutShort):
            list(stream.chunks())
    assert len(host.log) == 1


def test_an_old_date_vouches_where_there_is_no_etag(host: RangeHost) -> None:
    dated: dict[str, str | None] = {"ETag": None, "Last-Modified": OLD, "Date": NEWER}
    host.acts = [Act(cut=CUT, headers=dated), Act(headers=dated)]
    assert is_body(fetch(host.url("/")))
    assert host.log[1]["if-range"] == OLD


def test_another_date_is_another_version(host: RangeHost) -> None:
    dated: dict[str, str | None] = {"ETag": None, "Last-Modified": OLD}
    newer = dated | {"Last-Modified": NEWER}
    host.acts = [Act(cut=CUT, headers=dated), Act(headers=newer)]
    with pytest.raises(SourceChanged):
        fetch(host.url("/"))


# --- what still holds


def test_the_deadline_holds_over_all_attempts(host: RangeHost) -> None:
    host.then = lambda _: Act(cut=PROGRESS_BYTES, slow=100)
    host.body = bytes(100 * PROGRESS_BYTES)
    with pytest.raises(OutboundError) as caught:
        fetch(host.url("/"), seconds=0.5)
    assert caught.value.timed_out
    assert caught.value.retryable


def test_the_deadline_holds_in_a_pause(host: RangeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranged, "PAUSES", (60.0,))
    host.acts = [Act(cut=CUT)]
    with pytest.raises(OutboundError) as caught:
        fetch(host.url("/"), seconds=0.3)
    assert caught.value.timed_out
    assert len(host.log) == 1


def test_tick_ends_a_pause(host: RangeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop() -> None:
        raise JobCancelled("stop")

    monkeypatch.setattr(ranged, "PAUSES", (60.0,))
    host.acts = [Act(cut=CUT)]
    with pytest.raises(JobCancelled):
        fetch(host.url("/"), tick=stop)


def test_a_source_too_large_is_not_asked_for_again(host: RangeHost) -> None:
    with pytest.raises(outbound.SourceTooLarge):
        fetch(host.url("/"), max_bytes=len(BODY) - 1)
    assert len(host.log) == 1


def test_a_name_is_looked_up_once(host: RangeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """By then, its answer would lead elsewhere."""
    answers = iter(["127.0.0.1", "10.0.0.1"])

    def look_up(name: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    host.acts = [Act(cut=CUT)]
    assert is_body(fetch(f"http://changing.example:{host.port}/"))
    assert next(answers) == "10.0.0.1"
