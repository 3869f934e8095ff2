"""Both libraries that ask YouTube, on their real ways, against answers that never end."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.errors import JobCancelled
from chalicelib.text.failures import TextError
from chalicelib.text.sources.source import Source, Wanted
from chalicelib.text.sources.youtube import YouTube
from chalicelib.text.sources.ytdlp import YtDlp
from tests.conftest import Cloud
from tests.stand_ins import youtube_videos as scene
from tests.stand_ins.tls_proxy import TlsProxy
from tests.stand_ins.youtube import Site
from tests.stand_ins.youtube_videos import Page, Video
from tests.text.tasks import QuietTask
from tests.text.wanted import VIDEO_ID, wanted

NEVER_ENDING = {
    "head": scene.HEAD_BY_BYTES,
    "chunk": scene.CHUNK_BY_BYTES,
    "body": scene.BODY_BY_BYTES,
    "redirect": replace(scene.BODY_BY_BYTES, drip=b"HTTP/1.1 302 Found\r\nLocation: /\r\nX-Long: "),
}
WAYS: dict[str, tuple[Source, float]] = {"library": (YouTube(), 2.0), "yt-dlp": (YtDlp(), 21.0)}
"""With the seconds that a worker must have left for the source to have one."""


@pytest.fixture
def proxy(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[TlsProxy]:
    """YouTube behind a proxy and TLS, as in the cloud."""
    with TlsProxy(Site()) as proxy:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(proxy.ca))
        monkeypatch.setattr("certifi.where", lambda: str(proxy.ca))
        monkeypatch.setenv("BATCHREEL_YOUTUBE_PROXY", proxy.address())
        monkeypatch.setenv("BATCHREEL_PROXY_RETRIES", "1")
        yield proxy


@pytest.fixture
def site(proxy: TlsProxy) -> Site:
    return proxy.site


class Hurried(QuietTask):
    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def seconds_left(self) -> float:
        return self._seconds


class Cancelled(QuietTask):
    """As soon as the site has been asked."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self._site = site

    def report(self, progress: int, step: str, facts: Mapping[str, Any] | None = None) -> None:
        if self._site.log:
            raise JobCancelled("cancelled")


def asked(task: QuietTask) -> Wanted:
    return replace(wanted(), task=task)


def answering(site: Site, page: Page) -> None:
    site.videos[VIDEO_ID] = Video(always={"player": page})


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("part", NEVER_ENDING)
def test_no_part_of_an_answer_may_come_byte_by_byte(site: Site, way: str, part: str) -> None:
    answering(site, NEVER_ENDING[part])
    source, seconds = WAYS[way]
    started = time.monotonic()
    with pytest.raises(TextError) as failed:
        source.fetch(asked(Hurried(seconds)))
    assert failed.value.code == "YOUTUBE_TIMEOUT"
    assert "/youtubei/v1/player" in site.routes()
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("way", WAYS)
def test_nor_may_the_answer_of_a_proxy(proxy: TlsProxy, way: str) -> None:
    proxy.drips = True
    source, seconds = WAYS[way]
    with pytest.raises(TextError) as failed:
        source.fetch(asked(Hurried(seconds)))
    assert failed.value.code in ("YOUTUBE_TIMEOUT", "PROXY_FAILED")


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_that_unpacks_to_more_than_any_page_is_left(site: Site, way: str) -> None:
    answering(site, scene.PACKED)
    with pytest.raises(TextError) as failed:
        WAYS[way][0].fetch(wanted())
    assert failed.value.code == "YOUTUBE_UNREACHABLE"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("page", [scene.SLOW, scene.BODY_BY_BYTES], ids=["silence", "drip"])
def test_a_cancelled_job_waits_no_longer(site: Site, way: str, page: Page) -> None:
    site.videos[VIDEO_ID] = Video(always={"watch": page})
    with pytest.raises(JobCancelled):
        WAYS[way][0].fetch(asked(Cancelled(site)))


@pytest.mark.parametrize("way", WAYS)
def test_what_is_packed_and_of_usual_size_is_read(site: Site, way: str) -> None:
    player = scene.json_page(scene.player_answer(VIDEO_ID, Video()))
    packed = replace(player, body=gzip.compress(player.body), headers={"Content-Encoding": "gzip"})
    answering(site, packed)
    assert WAYS[way][0].fetch(wanted()).cues
