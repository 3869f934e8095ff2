"""What yt-dlp may do for a caller's URL: speak HTTP with public addresses, and nothing else.

Two real extractors: Mediasite's takes any host, PeerTube's this one over TLS.
"""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import trustme

from chalicelib.errors import JobCancelled
from chalicelib.outbound.dial import tls_context
from chalicelib.text.failures import TextError
from chalicelib.text.request import TextRequest
from chalicelib.text.sources.source import Wanted
from chalicelib.text.sources.ytdlp import YtDlp
from chalicelib.text.urls import Target, parse
from tests.stand_ins.web import Receiver, Reply
from tests.text.tasks import QuietTask

NAMES = ("BATCHES_TABLE", "ACCOUNTS_TABLE", "BUCKET", "EVENT_BUS", "FINISH_ARN", "KMS_KEY")
HOST = "framatube.org"
PAGE = f"https://{HOST}/w/3fbif9S3WmtTP8gGsC5HBd"
API = "/api/v1/videos/3fbif9S3WmtTP8gGsC5HBd"
PLAY = "/Mediasite/Play/2db6c271681e4f199af3c60d1f82869b1d"
SERVICE = "/Mediasite/PlayerService/PlayerService.svc/json/GetPlayerOptions"
TTML = (
    b'<tt xmlns="http://www.w3.org/ns/ttml"><body><div>'
    b'<p begin="00:00:01.000" end="00:00:03.000">Hello there.</p></div></body></tt>'
)
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello there.\n"


@pytest.fixture(autouse=True)
def _only_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """127.0.0.1 alone is exempt: 127.0.0.2 is as private as it is in production."""
    for name in NAMES:
        monkeypatch.setenv("BATCHREEL_" + name, "unused")
    monkeypatch.setenv("BATCHREEL_DANGEROUS_ALLOW_NETS", "127.0.0.1/32")


@pytest.fixture
def private() -> Iterator[Receiver]:
    with Receiver(host="127.0.0.2") as running:
        yield running


@pytest.fixture
def peertube(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Receiver]:
    """HOST, as its name's server and certificate have it."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    tls_context.cache_clear()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(HOST).configure_cert(context)
    with Receiver(tls=context) as running:
        _resolve(monkeypatch, HOST, running.port)
        yield running
    tls_context.cache_clear()


def _resolve(monkeypatch: pytest.MonkeyPatch, name: str, port: int) -> None:
    look_up = socket.getaddrinfo

    def answer(host: Any, *more: Any, **options: Any) -> Any:
        return (
            look_up("127.0.0.1", port, type=socket.SOCK_STREAM)
            if host == name
            else look_up(host, *more, **options)
        )

    monkeypatch.setattr(socket, "getaddrinfo", answer)


def wanted(url: str, task: QuietTask | None = None, **wish: object) -> Wanted:
    return Wanted(TextRequest.from_json({"url": url, **wish}), parse(url), task or QuietTask())


def failure(url: str) -> TextError:
    assert YtDlp().applies(wanted(url))
    with pytest.raises(TextError) as failed:
        YtDlp().fetch(wanted(url))
    return failed.value


def answering(value: object) -> Reply:
    return Reply(headers={"Content-Type": "application/json"}, body=json.dumps(value).encode())


def publish(peertube: Receiver, captions: Mapping[str, str], **more: object) -> None:
    """A video with captions: language to address."""
    video = {
        "name": "A talk",
        "duration": 60,
        "channel": {"displayName": "Talks"},
        "files": [{"fileUrl": f"https://{HOST}/a.mp4", "resolution": {"label": "240p"}, "size": 1000}],
        **more,
    }
    peertube.program(f"{API}/", answering(video))
    rows = [{"language": {"id": code}, "captionPath": path} for code, path in captions.items()]
    peertube.program(f"{API}/captions", answering({"total": len(rows), "data": rows}))


def test_a_site_s_captions_are_read_through_the_guard(peertube: Receiver) -> None:
    publish(peertube, {"en": "/captions/en.vtt", "de": "/captions/de.vtt"}, language={"id": "en"})
    peertube.program("/captions/en.vtt", Reply(body=VTT))
    got = YtDlp().fetch(wanted(PAGE))
    assert [cue.text for cue in got.cues] == ["Hello there."]
    assert (got.language, got.source, [track.language for track in got.available]) == (
        "en",
        "yt-dlp",
        ["en", "de"],
    )
    assert {got.is_generated, *(track.is_generated for track in got.available)} == {None}
    assert (got.video.url, got.video.title, got.video.author, got.video.duration) == (
        PAGE,
        "A talk",
        "Talks",
        60,
    )


def test_timed_text_in_xml_is_read(peertube: Receiver) -> None:
    publish(peertube, {"en": "/captions/en.ttml"})
    peertube.program("/captions/en.ttml", Reply(body=TTML))
    (cue,) = YtDlp().fetch(wanted(PAGE)).cues
    assert (cue.start, cue.duration, cue.text) == (1.0, 2.0, "Hello there.")


@pytest.mark.parametrize(("name", "body"), [("en.ttml", b"<tt"), ("en.vtt", b"\xff\xff"), ("en.srt", b"{}")])
def test_captions_that_cannot_be_read_are_the_site_s_failure(
    peertube: Receiver, name: str, body: bytes
) -> None:
    publish(peertube, {"en": f"/captions/{name}"})
    peertube.program(f"/captions/{name}", Reply(body=body))
    assert failure(PAGE).code == "SITE_FAILED"


def test_a_site_s_file_is_found_for_recognisers(peertube: Receiver) -> None:
    publish(peertube, {})
    url, video = YtDlp().media(wanted(PAGE))
    assert (url, video.title, video.author) == (f"https://{HOST}/a.mp4", "A talk", "Talks")


def test_a_site_without_captions_says_so(peertube: Receiver) -> None:
    publish(peertube, {})
    assert failure(PAGE).code == "NO_CAPTIONS"


@pytest.mark.parametrize(
    ("status", "code"), [(404, "VIDEO_UNAVAILABLE"), (401, "VIDEO_PRIVATE"), (500, "SITE_FAILED")]
)
def test_a_site_s_refusal_has_its_code(peertube: Receiver, status: int, code: str) -> None:
    peertube.program(f"{API}/", *[status] * 5)
    assert failure(PAGE).code == code


def test_a_site_that_answers_nonsense_has_failed(peertube: Receiver) -> None:
    peertube.program(f"{API}/", answering([1, 2]))
    assert failure(PAGE).code == "SITE_FAILED"


def test_captions_at_a_private_address_are_not_fetched(peertube: Receiver, private: Receiver) -> None:
    publish(peertube, {"en": private.url("/secret.vtt")})
    error = failure(PAGE)
    assert (error.code, error.retryable) == ("SITE_NOT_SUPPORTED", False)
    assert private.calls == []


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/a.vtt", "data:text/vtt,WEBVTT"])
def test_captions_elsewhere_than_on_the_web_are_none(peertube: Receiver, address: str) -> None:
    publish(peertube, {"en": address})
    assert failure(PAGE).code == "NO_CAPTIONS"


def test_captions_that_redirect_to_a_private_address_are_not_fetched(
    peertube: Receiver, private: Receiver
) -> None:
    publish(peertube, {"en": "/captions/en.vtt"})
    peertube.program("/captions/en.vtt", Reply(302, {"Location": private.url("/secret.vtt")}))
    assert failure(PAGE).code == "SITE_NOT_SUPPORTED"
    assert private.calls == []


def test_a_media_file_at_a_private_address_is_not_handed_on(peertube: Receiver, private: Receiver) -> None:
    publish(peertube, {}, files=[{"fileUrl": private.url("/a.mp4"), "resolution": {"label": "240p"}}])
    with pytest.raises(TextError) as failed:
        YtDlp().media(wanted(PAGE))
    assert failed.value.code == "SITE_NOT_SUPPORTED"


def test_a_page_that_redirects_to_a_private_address_is_not_followed(
    receiver: Receiver, private: Receiver
) -> None:
    receiver.program(PLAY, Reply(302, {"Location": private.url(PLAY)}))
    error = failure(receiver.url(PLAY))
    assert error.code == "SITE_NOT_SUPPORTED"
    assert "not a public one" in str(error.details)
    assert private.calls == []


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/latest/",
        "http://0x7f.0.0.2/",
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://[",
    ],
)
def test_a_page_s_redirect_never_leads_inside(
    receiver: Receiver, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = _connections(monkeypatch)
    receiver.program(PLAY, Reply(302, {"Location": address}))
    assert failure(receiver.url(PLAY)).code in ("SITE_NOT_SUPPORTED", "SITE_FAILED")
    assert set(reached) == {("127.0.0.1", receiver.port)}


def test_a_form_is_not_sent_on_by_a_page_at_a_private_address(receiver: Receiver, private: Receiver) -> None:
    receiver.program(SERVICE, Reply(307, {"Location": private.url("/take")}))
    assert failure(receiver.url(PLAY)).code == "SITE_NOT_SUPPORTED"
    assert private.calls == []


def test_redirects_that_never_end_are_left(receiver: Receiver) -> None:
    receiver.program(PLAY, *[Reply(302, {"Location": PLAY})] * 50)
    assert failure(receiver.url(PLAY)).code == "SITE_FAILED"
    assert len(receiver.calls) < 20


def test_cookies_go_back_to_their_own_site_alone(receiver: Receiver) -> None:
    with Receiver() as other:
        receiver.program(PLAY, Reply(302, {"Location": "/second", "Set-Cookie": "session=1; Path=/"}))
        receiver.program("/second", Reply(302, {"Location": f"http://localhost:{other.port}/third"}))
        failure(receiver.url(PLAY))
        assert receiver.calls_to("/second")[0].headers["cookie"] == "session=1"
        assert "cookie" not in other.calls_to("/third")[0].headers


def test_a_password_goes_to_its_own_site_alone(receiver: Receiver) -> None:
    with Receiver() as other:
        receiver.program(PLAY, Reply(302, {"Location": "/second"}))
        receiver.program("/second", Reply(302, {"Location": f"http://localhost:{other.port}/third"}))
        failure(receiver.url(PLAY).replace("http://", "http://user:password@"))
        assert receiver.calls_to("/second")[0].headers["authorization"].startswith("Basic ")
        assert "authorization" not in other.calls_to("/third")[0].headers


@pytest.mark.parametrize(("status", "method", "sent"), [(302, "GET", False), (307, "POST", True)])
def test_a_redirected_form_is_sent_again_only_if_that_is_asked(
    receiver: Receiver, status: int, method: str, sent: bool
) -> None:
    receiver.program(SERVICE, Reply(status, {"Location": "/take"}))
    failure(receiver.url(PLAY))
    call = receiver.calls_to("/take")[0]
    assert (call.method, bool(call.body), "content-type" in call.headers) == (method, sent, sent)


def test_a_page_too_large_is_not_read(receiver: Receiver) -> None:
    receiver.program(PLAY, Reply(body=b"x" * ((16 << 20) + 1)))
    assert failure(receiver.url(PLAY)).code == "SITE_NOT_SUPPORTED"


def test_a_cancelled_job_stops_while_a_site_is_slow(receiver: Receiver) -> None:
    class Cancelled(QuietTask):
        def report(self, progress: int, step: str, facts: Mapping[str, Any] | None = None) -> None:
            raise JobCancelled("cancelled")

    receiver.program(PLAY, Reply(drip=True, body=b"x" * 900))
    with pytest.raises(JobCancelled):
        YtDlp().fetch(wanted(receiver.url(PLAY), Cancelled()))


def test_no_time_left_is_no_request(receiver: Receiver) -> None:
    class Late(QuietTask):
        def seconds_left(self) -> float:
            return 1.0

    with pytest.raises(TextError) as failed:
        YtDlp().fetch(wanted(receiver.url(PLAY), Late()))
    assert failed.value.code == "SITE_FAILED"


def test_instructions_for_yt_dlp_in_a_url_are_not_taken() -> None:
    smuggled = PAGE + "#__youtubedl_smuggle=%7B%7D"
    assert not YtDlp().applies(Wanted(TextRequest(url=smuggled), Target("media", smuggled), QuietTask()))


def test_no_proxy_of_the_environment_is_used(
    receiver: Receiver, private: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", private.base)
    monkeypatch.setenv("https_proxy", private.base)
    receiver.program(PLAY, 404)
    assert failure(receiver.url(PLAY)).code == "VIDEO_UNAVAILABLE"
    assert private.calls == []


def test_no_plugin_is_loaded(tmp_path: Path) -> None:
    """In a process of its own, as a worker starts."""
    folder = tmp_path / "yt-dlp" / "plugins" / "any" / "yt_dlp_plugins" / "extractor"
    folder.mkdir(parents=True)
    (folder / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    program = (
        "import sys; sys.path.insert(0, '.')\n"
        "from chalicelib.sites.network import Limits\n"
        "from chalicelib.sites.session import for_sites\n"
        "with for_sites(Limits.within(5)): pass\n"
    )
    root = Path(__file__).parents[2]
    environment = {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path), "PATH": ""}
    subprocess.run([sys.executable, "-c", program], cwd=root, env=environment, check=True)
    assert not (tmp_path / "ran").exists()


def test_extractors_that_start_programs_are_left_out() -> None:
    import yt_dlp.extractor

    from chalicelib.sites.extractors import module_of, site_extractors

    folder = Path(yt_dlp.extractor.__file__).parent
    names = ("PhantomJSwrapper", "subprocess", "Popen", "os.system")
    starting = {
        path.stem
        for path in folder.glob("*.py")
        if path.stem not in ("common", "openload", "lazy_extractors")
        and any(n in path.read_text() for n in names)
    }
    assert starting
    used = {module_of(extractor) for extractor in site_extractors()}
    assert len(used) > 500
    assert not used & starting


def _connections(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Where sockets of this process connect to, from now on."""
    reached: list[tuple[str, int]] = []

    class Noting(socket.socket):
        def connect_ex(self, address: Any) -> int:
            reached.append(address[:2])
            return super().connect_ex(address)

        def connect(self, address: Any) -> None:
            reached.append(address[:2])
            super().connect(address)

    monkeypatch.setattr(socket, "socket", Noting)
    return reached
