"""Playlists and channels: unmodified yt-dlp against a stand-in for YouTube."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib import vault
from chalicelib.errors import JobCancelled
from chalicelib.text.expand import Listing, expand
from chalicelib.text.failures import TextError
from chalicelib.text.urls import Target, parse
from tests.conftest import Cloud
from tests.stand_ins.tls_proxy import TlsProxy
from tests.stand_ins.youtube import Site, YouTube
from tests.stand_ins.youtube_lists import Channel, Entry, Playlist, entries

YOUTUBE = "https://www.youtube.com"
LIST = "PL" + "x" * 32
CHANNEL = "UC0123456789abcdefghijkl"


@pytest.fixture(autouse=True)
def _no_secrets(cloud: Cloud) -> None:
    vault.forget()


class Lists:
    """The stand-in's lists, as a test fills them."""

    def __init__(self) -> None:
        self.playlists: dict[str, Playlist] = {}
        self.channels: dict[str, Channel] = {}
        self.youtube = YouTube(site=Site({}, self.playlists, self.channels))
        # an empty dict is not the one that is kept
        self.youtube.site.lists.playlists = self.playlists
        self.youtube.site.lists.channels = self.channels

    def playlist(self, playlist: Playlist, limit: int = 500) -> Listing:
        self.playlists[LIST] = playlist
        return expand(parse(f"{YOUTUBE}/playlist?list={LIST}"), limit)

    def channel(self, channel: Channel, limit: int = 500) -> Listing:
        self.channels["@talks"] = channel
        return expand(parse(f"{YOUTUBE}/@talks"), limit)

    def requests(self) -> int:
        return len(self.youtube.log)


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lists]:
    lists = Lists()
    with lists.youtube as running:
        monkeypatch.setenv("BATCHREEL_YOUTUBE_BASE_URL", running.base)
        yield lists


def ids(found: Listing) -> list[str]:
    return [entry.video_id for entry in found.entries]


def test_a_long_list_is_followed_to_its_end_in_order(lists: Lists) -> None:
    found = lists.playlist(Playlist(entries(250), "Talks"))
    assert ids(found) == [f"video{number:06}" for number in range(250)]
    assert (found.title, found.url, found.truncated) == ("Talks", f"{YOUTUBE}/playlist?list={LIST}", False)
    assert found.entries[7].url == f"{YOUTUBE}/watch?v=video000007"
    assert found.entries[7].title == "Entry 7"


@pytest.mark.parametrize(("limit", "truncated"), [(249, True), (250, False), (251, False), (1, True)])
def test_a_limit_is_kept_and_what_is_left_out_is_told(limit: int, truncated: bool, lists: Lists) -> None:
    found = lists.playlist(Playlist(entries(250)), limit)
    assert (len(found.entries), found.truncated) == (min(limit, 250), truncated)


def test_pages_that_are_not_needed_are_not_asked_for(lists: Lists) -> None:
    lists.playlist(Playlist(entries(1000)), 20)
    few = lists.requests()
    lists.playlist(Playlist(entries(1000)), 1000)
    assert few <= 3 < lists.requests() - few


def test_a_video_that_is_listed_twice_is_taken_once(lists: Lists) -> None:
    twice = (*entries(3), *entries(3), *entries(1, first=9))
    found = lists.playlist(Playlist(twice), 4)
    assert ids(found) == ["video000000", "video000001", "video000002", "video000009"]
    assert not found.truncated


def test_a_private_video_is_listed_and_fails_later_alone(lists: Lists) -> None:
    rows = (*entries(1), Entry("private0001", "[Private video]", None), *entries(1, first=1))
    found = lists.playlist(Playlist(rows))
    assert ids(found) == ["video000000", "private0001", "video000001"]


def test_all_tabs_of_a_channel_are_one_list(lists: Lists) -> None:
    what = Channel(
        CHANNEL,
        "Talks",
        videos=entries(40),
        streams=(*entries(1, first=39), *entries(2, first=200)),
        shorts=entries(3, first=100),
    )
    found = lists.channel(what)
    assert sorted(ids(found)) == sorted(
        entry.video_id for entry in (*entries(40), *what.streams[1:], *what.shorts)
    )
    assert ids(found)[:40] == [entry.video_id for entry in what.videos]
    assert found.title == "Talks"


def test_one_tab_of_a_channel_is_that_tab_alone(lists: Lists) -> None:
    lists.channels["@talks"] = Channel(CHANNEL, videos=entries(2), shorts=entries(3, first=100))
    found = expand(Target("channel", f"{YOUTUBE}/@talks/shorts"), 10)
    assert ids(found) == ["video000100", "video000101", "video000102"]


def test_a_channel_s_limit_counts_all_its_tabs(lists: Lists) -> None:
    what = Channel(CHANNEL, videos=entries(2), shorts=entries(3, first=100))
    found = lists.channel(what, 4)
    assert (len(found.entries), found.truncated) == (4, True)


def failure(path: str) -> TextError:
    with pytest.raises(TextError) as failed:
        expand(parse(f"{YOUTUBE}/{path}"), 10)
    return failed.value


def test_an_empty_list_is_told_from_one_that_is_not_there(lists: Lists) -> None:
    error = failure(f"playlist?list={LIST}")
    assert error.code == "PLAYLIST_UNAVAILABLE"
    assert error.message.startswith("The playlist or channel does not exist")
    with pytest.raises(TextError) as failed:
        lists.playlist(Playlist())
    assert failed.value.code == "PLAYLIST_EMPTY"


@pytest.mark.parametrize(
    ("alert", "code"),
    [
        ("The playlist does not exist.", "PLAYLIST_UNAVAILABLE"),
        ("The playlist type is unviewable.", "PLAYLIST_UNAVAILABLE"),
        ("This playlist is private.", "PLAYLIST_PRIVATE"),
        ("Sign in to confirm you’re not a bot", "YOUTUBE_BLOCKED"),
    ],
)
def test_youtube_s_reason_has_its_code(alert: str, code: str, lists: Lists) -> None:
    with pytest.raises(TextError) as failed:
        lists.playlist(Playlist(alert=alert))
    assert failed.value.code == code


def test_a_channel_that_is_not_there_says_so(lists: Lists) -> None:
    assert failure("@nobody").code == "PLAYLIST_UNAVAILABLE"


def test_a_cancelled_job_stops(lists: Lists) -> None:
    def stop() -> None:
        raise JobCancelled("cancelled")

    lists.playlists[LIST] = Playlist(entries(3))
    with pytest.raises(JobCancelled):
        expand(parse(f"{YOUTUBE}/playlist?list={LIST}"), 10, tick=stop)


def test_the_operator_s_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with TlsProxy(Site(playlists={LIST: Playlist(entries(3))})) as proxy:
        monkeypatch.setattr("certifi.where", lambda: str(proxy.ca))
        monkeypatch.setenv("BATCHREEL_YOUTUBE_PROXY", proxy.address("somebody", "secret"))
        assert len(expand(parse(f"{YOUTUBE}/playlist?list={LIST}"), 10).entries) == 3
        assert set(proxy.connects) == {("www.youtube.com:443", "somebody:secret")}


def test_a_proxy_that_is_asked_for_and_not_there_is_not_gone_around(lists: Lists) -> None:
    with pytest.raises(TextError) as failed:
        expand(parse(f"{YOUTUBE}/playlist?list={LIST}"), 10, use_proxy=True)
    assert failed.value.code == "PROXY_NOT_CONFIGURED"
    assert lists.requests() == 0


def test_a_blocked_address_of_a_rotating_proxy_is_followed_by_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BATCHREEL_PROXY_RETRIES", "2")
    monkeypatch.setenv("BATCHREEL_BREAKER_FAILURES", "2")  # of jobs, not of tries
    blocked = Playlist(alert="Sign in to confirm you’re not a bot")
    with TlsProxy(Site(playlists={LIST: blocked})) as proxy:
        monkeypatch.setattr("certifi.where", lambda: str(proxy.ca))
        monkeypatch.setenv("BATCHREEL_YOUTUBE_PROXY", proxy.address("somebody", "secret"))
        assert failure(f"playlist?list={LIST}").code == "YOUTUBE_BLOCKED"
        assert len(proxy.connects) == 3


def test_no_time_left_is_no_request(lists: Lists) -> None:
    with pytest.raises(TextError) as failed:
        expand(parse(f"{YOUTUBE}/playlist?list={LIST}"), 10, seconds=0)
    assert failed.value.code == "YOUTUBE_TIMEOUT"
    assert lists.requests() == 0
