"""The outbound guard against real sockets on 127.0.0.1."""

from __future__ import annotations

import datetime
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib import outbound
from chalicelib.errors import JobCancelled, OutboundError
from chalicelib.outbound import exchange
from chalicelib.outbound.addresses import is_blocked
from chalicelib.outbound.dial import tls_context
from chalicelib.settings import settings
from tests.stand_ins.web import Receiver, Reply, WebServer

NAMES = ("BATCHES_TABLE", "ACCOUNTS_TABLE", "BUCKET", "EVENT_BUS", "FINISH_ARN", "KMS_KEY")
BODY = bytes(range(256)) * 1000

BLOCKED = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254
169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.255 192.0.2.1 192.88.99.3
192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 224.1.2.3 233.252.0.16
239.255.255.250 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1
::ffff:169.254.169.254 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::8.8.8.8 64:ff9b:1::1 100::1
2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:db8::1 2002:7f00:1:: 2002:808:808::1 3fff::1
5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%1 fec0::1 ff02::1 ff0e::1
""".split()  # noqa: SIM905
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
]

ODD_SPELLINGS = [
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://127.0.0.1./",
    "http://127。0。0。1/",
    "http://１２７.0.0.1/",
    "http://[::ffff:127.0.0.1]/",
    "http://[0:0:0:0:0:ffff:7f00:1]/",
    "http://[::]/",
]
MALFORMED = [
    ("ftp://example.com/a", "http://"),
    ("file:///etc/passwd", "http://"),
    ("example.com/a.mp4", "http://"),
    ("", "http://"),
    ("https:///a", "host name"),
    ("https://user:secret@example.com/", "password"),
    ("https://example.com@10.0.0.1/", "password"),
    ("https://example.com:0/", "port"),
    ("https://example.com:99999/", "port"),
    ("https://example.com:x/", "port"),
    ("https://example.com:22/", "Port 22"),
    ("https://exa mple.com/", "spaces"),
    ("https://example.com/a\r\nHost: b", "control"),
    ("https://example.com/a\tb", "control"),
    ("https://example.com/\u200bb", "control"),
    ("https://exa%6dple.com/", "not valid"),
    ("https://[fe80::1%25eth0]/", "not"),
    ("https://[::1/", "well formed"),
    ("https://-a.example/", "not valid"),
    ("https://a\\b.example/", "not valid"),
    ("https://" + "a" * 64 + ".example/", "not valid"),
    ("https://ex\u2100mple.com/", "not"),
]


def configure(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name in NAMES:
        monkeypatch.setenv("BATCHREEL_" + name, "unused")
    for name, value in values.items():
        monkeypatch.setenv("BATCHREEL_" + name, value)
    settings.cache_clear()


@pytest.fixture(autouse=True)
def _forget_settings() -> Iterator[None]:
    yield
    settings.cache_clear()


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in production: nothing is exempt."""
    configure(monkeypatch, DANGEROUS_ALLOW_NETS="", OUTBOUND_PORTS="80,443")


@pytest.fixture
def exempt(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, DANGEROUS_ALLOW_NETS="127.0.0.0/8", SOURCE_TIMEOUT="0.3")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    root = tmp_path_factory.mktemp("web")
    (root / "a.bin").write_bytes(BODY)
    with WebServer(root) as server:
        yield server


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        yield server


def fetch(url: str, *, seconds: float = 10, max_bytes: int | None = None) -> bytes:
    with outbound.open_source(url, deadline=time.monotonic() + seconds, max_bytes=max_bytes) as source:
        assert source.status == 200
        return b"".join(source.chunks())


def refusal(url: str, *, https_only: bool = False) -> str:
    with pytest.raises(OutboundError) as caught:
        outbound.check_url(url, https_only=https_only)
    assert not caught.value.retryable
    return caught.value.message


# --- addresses and URLs


@pytest.mark.parametrize("address", BLOCKED)
def test_blocked_address(guarded: None, address: str) -> None:
    assert is_blocked(ip_address(address))
    if "%" not in address:
        host = f"[{address}]" if ":" in address else address
        assert "not a public one" in refusal(f"https://{host}/")


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address(guarded: None, address: str) -> None:
    assert not is_blocked(ip_address(address))
    outbound.check_url(f"https://[{address}]/" if ":" in address else f"https://{address}/")


@pytest.mark.parametrize("url", ODD_SPELLINGS)
def test_odd_spelling_of_a_blocked_address(guarded: None, url: str) -> None:
    assert "not a public one" in refusal(url)


@pytest.mark.parametrize(("url", "words"), MALFORMED)
def test_malformed_url(guarded: None, url: str, words: str) -> None:
    sentence = refusal(url)
    assert words in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "http://example.com:80/a?b=c#d",
        "https://münchen.example/ü?ö",
        "https://a_b.example./",
    ],
)
def test_well_formed_url(guarded: None, url: str) -> None:
    outbound.check_url(url)


def test_webhooks_need_https(guarded: None) -> None:
    assert "https" in refusal("http://example.com/hook", https_only=True)
    assert "https" in refusal("http://1.1.1.1/hook", https_only=True)
    outbound.check_url("https://example.com/hook", https_only=True)


def test_exempt_networks_are_free_of_the_rules(exempt: None) -> None:
    outbound.check_url("http://127.0.0.1:8123/hook", https_only=True)
    outbound.check_url("http://localhost:8123/hook", https_only=True)  # decided when it is connected to
    assert "not a public one" in refusal("http://10.0.0.1/")
    assert "https" in refusal("http://1.1.1.1/", https_only=True)


def test_messages_do_not_repeat_query_strings(guarded: None) -> None:
    assert "secret" not in refusal("https://127.0.0.1/?token=secret")
    assert "secret" not in refusal("https://example.com:22/?token=secret")


def test_importing_the_guard_imports_no_http_library() -> None:
    code = "import sys, chalicelib.outbound; print({'requests', 'urllib3', 'idna'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# --- connections


def test_a_name_is_judged_by_its_address(guarded: None, receiver: Receiver) -> None:
    """What DNS rebinding comes down to: a harmless name, an address inside."""
    before = len(receiver.calls)
    for url in ("http://localhost:80/", "https://localhost/"):
        with pytest.raises(OutboundError, match="does not have a public address") as caught:
            fetch(url)
        assert not caught.value.retryable
    with pytest.raises(OutboundError, match="does not have a public address"):
        outbound.post("https://localhost/hook", b"{}", {}, timeout=5)
    assert len(receiver.calls) == before


def test_a_name_with_an_exempt_address_is_reached(exempt: None, web: WebServer) -> None:
    assert fetch(f"http://localhost:{web.port}/plain/a.bin") == BODY


def test_a_port_is_refused_at_a_public_address_only_after_the_look_up(
    monkeypatch: pytest.MonkeyPatch, web: WebServer
) -> None:
    configure(monkeypatch, DANGEROUS_ALLOW_NETS="192.0.2.0/24")
    with pytest.raises(OutboundError, match="does not have a public address"):
        fetch(f"http://localhost:{web.port}/plain/a.bin")


@pytest.mark.parametrize("mode", ["plain", "no-range", "chunked"])
def test_whole_body(exempt: None, web: WebServer, mode: str) -> None:
    assert fetch(web.url(f"{mode}/a.bin")) == BODY


def test_request_headers(exempt: None, web: WebServer) -> None:
    fetch(web.url("plain/a.bin?q=ä"))
    seen = web.log[-1]
    assert seen.path == "/plain/a.bin?q=%C3%A4"
    assert seen.headers["host"] == f"127.0.0.1:{web.port}"
    assert seen.headers["accept-encoding"] == "identity"


def test_range(exempt: None, web: WebServer) -> None:
    deadline = time.monotonic() + 5
    with outbound.open_source(
        web.url("plain/a.bin"), deadline=deadline, headers={"Range": "bytes=5-9"}
    ) as source:
        assert (source.status, source.length) == (206, 5)
        assert b"".join(source.chunks()) == BODY[5:10]


def test_redirects_are_followed_and_counted(exempt: None, web: WebServer) -> None:
    assert fetch(chain(web, 5)) == BODY
    with pytest.raises(OutboundError, match="more than 5 times") as caught:
        fetch(chain(web, 6))
    assert not caught.value.retryable


def chain(web: WebServer, length: int) -> str:
    url = "/plain/a.bin"
    for _ in range(length):
        url = f"/redirect?to={quote(url, safe='')}"
    return web.url(url)


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "file:///etc/passwd",
        "http://u:p@a/",
    ],
)
def test_redirect_to_what_is_refused(exempt: None, web: WebServer, target: str) -> None:
    with pytest.raises(OutboundError, match="redirects to another URL") as caught:
        fetch(web.url(f"redirect?to={target}"))
    assert not caught.value.retryable


def test_credentials_stay_with_their_host(exempt: None, web: WebServer, receiver: Receiver) -> None:
    headers = {"Authorization": "secret", "Range": "bytes=0-"}
    url = web.url(f"redirect?to={receiver.url('/elsewhere')}")
    with outbound.open_source(url, deadline=time.monotonic() + 5, headers=headers):
        seen = receiver.calls_to("/elsewhere")[-1].headers
    assert "authorization" not in seen
    assert seen["range"] == "bytes=0-"


def test_short_body(exempt: None, web: WebServer) -> None:
    with pytest.raises(outbound.SourceCutShort, match="ended early") as caught:
        fetch(web.url("truncated/a.bin"))
    assert caught.value.retryable


@pytest.mark.parametrize("mode", ["plain", "chunked"])
def test_too_large(exempt: None, web: WebServer, mode: str) -> None:
    with pytest.raises(outbound.SourceTooLarge) as caught:
        fetch(web.url(f"{mode}/a.bin"), max_bytes=len(BODY) - 1)
    assert not caught.value.retryable
    assert fetch(web.url(f"{mode}/a.bin"), max_bytes=len(BODY)) == BODY


def test_stall(exempt: None, web: WebServer) -> None:
    with pytest.raises(OutboundError) as caught:
        fetch(web.url("stall/a.bin"))
    assert caught.value.timed_out
    assert caught.value.retryable


def test_deadline_holds_against_a_drip(exempt: None, web: WebServer) -> None:
    started = time.monotonic()
    with pytest.raises(OutboundError) as caught:
        fetch(web.url("drip/a.bin"), seconds=0.5)
    assert caught.value.timed_out
    assert time.monotonic() - started < 2


def test_tick_stops_a_wait(exempt: None, monkeypatch: pytest.MonkeyPatch, web: WebServer) -> None:
    configure(monkeypatch, DANGEROUS_ALLOW_NETS="127.0.0.0/8", SOURCE_TIMEOUT="30")

    def stop() -> None:
        raise JobCancelled("stop")

    deadline = time.monotonic() + 30
    with (
        pytest.raises(JobCancelled),
        outbound.open_source(web.url("stall/a.bin"), deadline=deadline, tick=stop) as s,
    ):
        list(s.chunks())


@pytest.mark.parametrize("mode", ["endless", "trailers"])
def test_no_end_of_what_is_not_the_body(exempt: None, web: WebServer, mode: str) -> None:
    with pytest.raises(OutboundError, match="too much beside its content") as caught:
        fetch(web.url(f"{mode}/a.bin"))
    assert caught.value.retryable


@pytest.fixture
def unlimited(exempt: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that only time ends a flood."""
    monkeypatch.setattr(exchange, "FRAMING_BYTES", 1 << 60)


@pytest.mark.parametrize("mode", ["endless", "trailers"])
def test_deadline_holds_against_a_flood(unlimited: None, web: WebServer, mode: str) -> None:
    with pytest.raises(OutboundError) as caught:
        fetch(web.url(f"{mode}/a.bin"), seconds=0.5)
    assert caught.value.timed_out


def test_tick_stops_a_flood(unlimited: None, web: WebServer) -> None:
    def stop() -> None:
        raise JobCancelled("stop")

    deadline = time.monotonic() + 60
    with (
        pytest.raises(JobCancelled),
        outbound.open_source(web.url("endless/a.bin"), deadline=deadline, tick=stop),
    ):
        pass


def test_post_is_bounded_against_a_flood(unlimited: None, web: WebServer) -> None:
    with pytest.raises(OutboundError) as caught:
        outbound.post(web.url("endless/a.bin"), b"{}", {}, timeout=0.5)
    assert caught.value.timed_out


@pytest.mark.parametrize(
    ("header", "value", "found"),
    [
        ("Content-Encoding", "gzip", "gzip"),
        ("Content-Encoding", "identity", None),
        ("Content-Encoding", "aws-chunked", None),
        ("Transfer-Encoding", "GZIP, chunked", "gzip"),
    ],
)
def test_compression_is_named(
    exempt: None, web: WebServer, header: str, value: str, found: str | None
) -> None:
    url = web.url(f"encoded/a.bin?{header}={quote(value)}")
    with outbound.open_source(url, deadline=time.monotonic() + 5) as source:
        assert source.compression == found


def test_nobody_listens(exempt: None) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(OutboundError, match="cannot be reached") as caught:
            fetch(f"http://127.0.0.1:{port}/?token=secret")
    assert caught.value.retryable
    assert "secret" not in caught.value.message


def test_unknown_name(exempt: None) -> None:
    with pytest.raises(OutboundError) as caught:
        fetch("http://no-such-host.invalid/")
    assert caught.value.retryable


def test_not_http(exempt: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = threading.Thread(target=_answer_nonsense, args=(server,))
        answering.start()
        with pytest.raises(OutboundError, match="proper HTTP"):
            fetch(f"http://127.0.0.1:{server.getsockname()[1]}/")
        answering.join()


def _answer_nonsense(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(1000)
        connection.sendall(b"SSH-2.0-nothing\r\n\r\n")


def test_tls_is_required_where_it_is_asked_for(exempt: None, web: WebServer) -> None:
    with pytest.raises(OutboundError, match="secure connection"):
        fetch(f"https://127.0.0.1:{web.port}/plain/a.bin")


def certificate(folder: Path, name: str) -> Path:
    """Key and self-signed certificate of `name` in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = folder / "certificate.pem"
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secure(exempt: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[int]:
    """Port of an https server whose certificate is for `localhost`."""
    pem = certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    tls_context.cache_clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with Receiver(tls=context) as server:
        yield server.port
    tls_context.cache_clear()


def test_tls_by_name(secure: int) -> None:
    assert fetch(f"https://localhost:{secure}/") == b"ok"
    assert outbound.post(f"https://localhost:{secure}/", b"{}", {}, timeout=5).status == 200


def test_tls_certificate_of_another_name(secure: int) -> None:
    with pytest.raises(OutboundError, match="cannot be trusted") as caught:
        fetch(f"https://127.0.0.1:{secure}/")
    assert not caught.value.retryable


# --- webhooks


def test_post(exempt: None, receiver: Receiver) -> None:
    url = receiver.program("/hook", Reply(201, {"X-Kept": "yes"}, b"thanks"))
    answer = outbound.post(url + "?a=b", b'{"x":1}', {"Content-Type": "application/json"}, timeout=5)
    assert (answer.status, answer.body, answer.headers["x-kept"]) == (201, b"thanks", "yes")
    assert 0 < answer.seconds < 5
    call = receiver.calls_to("/hook")[-1]
    assert (call.method, call.path, call.body) == ("POST", "/hook?a=b", b'{"x":1}')
    assert call.headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_post_never_follows(exempt: None, receiver: Receiver, status: int) -> None:
    before = len(receiver.calls_to("/target"))
    url = receiver.program("/moved", Reply(status, {"Location": receiver.url("/target")}))
    answer = outbound.post(url, b"", {}, timeout=5)
    assert (answer.status, answer.headers["location"]) == (status, receiver.url("/target"))
    assert len(receiver.calls_to("/target")) == before


def test_post_keeps_the_first_2048_bytes(exempt: None, receiver: Receiver) -> None:
    url = receiver.program("/long", Reply(500, {}, b"x" * 100_000))
    assert outbound.post(url, b"", {}, timeout=5).body == b"x" * 2048


def test_post_is_bounded_against_a_drip(exempt: None, receiver: Receiver) -> None:
    url = receiver.program("/drip", Reply(200, {}, b"x" * 5000, drip=True))
    started = time.monotonic()
    answer = outbound.post(url, b"", {}, timeout=0.5)
    assert time.monotonic() - started < 2
    assert answer.status == 200
    assert 0 < len(answer.body) < 2048


def test_post_times_out(exempt: None, receiver: Receiver) -> None:
    url = receiver.program("/never", Reply(after=threading.Event()))
    with pytest.raises(OutboundError) as caught:
        outbound.post(url + "?token=secret", b"", {}, timeout=0.4)
    assert caught.value.timed_out
    assert caught.value.retryable
    assert "secret" not in caught.value.message


def test_post_in_plain_http_is_refused(guarded: None) -> None:
    with pytest.raises(OutboundError, match="https"):
        outbound.post("http://example.com/hook", b"", {}, timeout=5)
