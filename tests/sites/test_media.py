"""How yt-dlp is set up for media; what it then does is in tests/audio/test_pages.py."""

from __future__ import annotations

import errno

import pytest
from yt_dlp.utils import DownloadError

from chalicelib.sites import media
from chalicelib.sites.bounded import Limits
from chalicelib.sites.network import GuardedRH, ProxyRH, StandInRH
from chalicelib.sites.translation import disk_is_full
from chalicelib.sites.wire import Order

NAMES = ("BATCHES_TABLE", "ACCOUNTS_TABLE", "BUCKET", "EVENT_BUS", "FINISH_ARN", "KMS_KEY")


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv("BATCHREEL_" + name, "unused")


def handlers(*, on_youtube: bool, proxy: str | None = None) -> list[type]:
    order = Order("https://a.test/", "/nonexistent", 60, 1000, 60, on_youtube, proxy)
    with media.session_for(order, Limits.within(60)) as session:
        return [type(each) for each in session.ydl._request_director.handlers.values()]


def test_every_request_has_one_way_and_only_the_proxy_s_is_unguarded() -> None:
    assert handlers(on_youtube=False) == [GuardedRH]
    assert handlers(on_youtube=True) == [GuardedRH]
    assert handlers(on_youtube=True, proxy="http://proxy.test:80") == [ProxyRH]


def test_a_stand_in_for_youtube_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_YOUTUBE_BASE_URL", "http://127.0.0.1:1")
    assert handlers(on_youtube=True, proxy="http://proxy.test:80") == [StandInRH]


@pytest.mark.parametrize(
    ("number", "full"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EACCES, False)]
)
def test_a_full_disk_is_told_from_what_yt_dlp_makes_of_it(number: int, full: bool) -> None:
    cause = OSError(number, "unable to write data")
    assert disk_is_full(DownloadError("ERROR: unable to write data", (OSError, cause, None))) is full
