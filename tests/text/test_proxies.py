"""The operator's proxy, on the wire: a real CONNECT proxy on loopback, with YouTube behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import vault
from chalicelib.sites import proxies
from chalicelib.text.failures import TextError
from chalicelib.text.sources.youtube import YouTube as YouTubeSource
from chalicelib.text.transcript import Transcript
from tests.conftest import Cloud
from tests.stand_ins import youtube_videos as scene
from tests.stand_ins.tls_proxy import TlsProxy
from tests.stand_ins.youtube import Site, YouTube
from tests.stand_ins.youtube_videos import Video
from tests.text.wanted import VIDEO_ID, wanted

BLOCKED = scene.json_page(scene.player_answer(VIDEO_ID, scene.BLOCKED))


@pytest.fixture
def proxy(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[TlsProxy]:
    with TlsProxy(Site({VIDEO_ID: Video()})) as running:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(running.ca))
        monkeypatch.setenv("BATCHREEL_PROXY_RETRIES", "4")
        yield running


def use(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("BATCHREEL_YOUTUBE_PROXY", secret)


def fetch(**request: Any) -> Transcript:
    return YouTubeSource().fetch(wanted(**request))


def error_of(**request: Any) -> TextError:
    with pytest.raises(TextError) as raised:
        fetch(**request)
    return raised.value


def test_a_proxy_that_is_configured_is_used(proxy: TlsProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, proxy.address("user", "p%40ss"))
    assert fetch().cues
    assert set(proxy.connects) == {("www.youtube.com:443", "user:p@ss")}


def test_each_request_has_its_own_connection_and_so_its_own_address(
    proxy: TlsProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, proxy.address())
    fetch()
    assert len(proxy.connects) == len(proxy.site.log) == 3
    assert {call.headers["connection"] for call in proxy.site.log} == {"close"}


def test_webshare_is_told_the_countries_and_to_rotate(
    proxy: TlsProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, f"webshare://user:pw@127.0.0.1:{proxy.port}?countries=de,us")
    assert fetch().cues
    assert set(proxy.connects) == {("www.youtube.com:443", "user-DE-US-rotate:pw")}


def test_webshare_has_its_own_host_and_port(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "webshare://user:pw@p.webshare.io")
    assert proxies.way(None).url == "http://user-rotate:pw@p.webshare.io:80/"


def test_a_proxy_kept_in_the_vault_is_used_too(proxy: TlsProxy) -> None:
    vault.store("youtube-proxy", proxy.address("stored", "pw"))
    assert fetch(use_proxy=True).cues
    assert proxy.connects[0][1] == "stored:pw"


def test_a_block_is_tried_again_from_the_next_address(
    proxy: TlsProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, proxy.address())
    proxy.site.videos[VIDEO_ID] = Video(first={"player": (BLOCKED,) * 3})
    assert fetch().cues
    assert proxy.site.routes().count("/youtubei/v1/player") == 4


def test_a_pool_that_is_blocked_throughout_is_a_block(
    proxy: TlsProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, proxy.address())
    proxy.site.videos[VIDEO_ID] = scene.BLOCKED
    assert error_of().code == "YOUTUBE_BLOCKED"
    assert proxy.site.routes().count("/youtubei/v1/player") == 4


@pytest.mark.parametrize("step", ["watch", "timedtext"])
def test_too_many_requests_are_tried_again_without_sleeping_as_long_as_youtube_says(
    proxy: TlsProxy, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    use(monkeypatch, proxy.address())
    busy = scene.failing(429, {"Retry-After": "3600"})
    proxy.site.videos[VIDEO_ID] = Video(first={step: (busy, busy)})
    assert fetch().cues


def test_too_many_requests_from_every_address_are_a_block(
    proxy: TlsProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, proxy.address())
    proxy.site.videos[VIDEO_ID] = Video(always={"watch": scene.failing(429)})
    assert error_of().code == "YOUTUBE_BLOCKED"


def test_a_refused_translation_is_no_block_through_a_proxy_either(
    proxy: TlsProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, proxy.address())
    proxy.site.videos[VIDEO_ID] = Video(always={"tlang": scene.failing(429)})
    assert error_of(language="fr", allow_translation=True).code == "TRANSLATION_NOT_AVAILABLE"


@pytest.mark.parametrize("status", [402, 407, 502])
def test_a_proxy_that_refuses_has_failed_and_its_password_stays_unsaid(
    proxy: TlsProxy, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    use(monkeypatch, proxy.address("user", "hunter2"))
    proxy.refuse = status
    error = error_of()
    assert error.code == "PROXY_FAILED"
    assert "hunter2" not in f"{error} {error.details}"


def test_a_proxy_that_is_not_there_has_failed(proxy: TlsProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, proxy.address())
    proxy.stop()
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    assert error_of().code == "PROXY_FAILED"


def test_a_proxy_can_be_ruled_out(youtube: YouTube, monkeypatch: pytest.MonkeyPatch) -> None:
    youtube.videos[VIDEO_ID] = Video()
    use(monkeypatch, "http://user:pw@127.0.0.1:1")
    assert fetch(use_proxy=False).cues
    assert proxies.way(False).proxy is None


def test_a_proxy_of_the_environment_is_not_the_operators(
    proxy: TlsProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    use(monkeypatch, proxy.address())
    assert fetch().cues


def test_asking_for_a_proxy_that_is_not_configured_is_an_error(cloud: Cloud) -> None:
    assert error_of(use_proxy=True).code == "PROXY_NOT_CONFIGURED"
    assert proxies.way(None) == proxies.DIRECT


@pytest.mark.parametrize(
    "secret",
    [
        "hunter2",
        "socks5://u:hunter2@host:1",
        "webshare://hunter2@host",
        "http://[hunter2",
        "http://u:hunter2@h:x",
    ],
)
def test_a_secret_that_is_no_proxy_is_not_quoted(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    use(monkeypatch, secret)
    error = error_of()
    assert error.code == "PROXY_FAILED"
    assert "hunter2" not in f"{error} {error.details}"


def test_a_ways_name_is_its_own_and_tells_no_secret(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "http://u:hunter2@one.test:80")
    one = proxies.way(None)
    use(monkeypatch, "http://u:hunter2@two.test:80")
    two = proxies.way(True)
    assert len({one.name, two.name, proxies.way(False).name}) == 3
    assert "hunter2" not in one.name
