"""What yt-dlp tells of its choice, hostile sites' telling too."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest

from chalicelib.sites import formats, wire
from chalicelib.sites.failures import SiteError
from chalicelib.sites.wire import Found
from tests.stand_ins.pages import playlist

FILE = {"protocol": "https", "url": "https://site.test/a.mp4", "ext": "mp4", "title": "A talk"}


@pytest.mark.parametrize("protocol", ["http", "https", "m3u8", "m3u8_native", "http_dash_segments"])
def test_files_and_streams_on_the_web_are_taken(protocol: str) -> None:
    formats.check(FILE | {"protocol": protocol})


@pytest.mark.parametrize(
    "other",
    [
        {"protocol": "rtmp"},
        {"protocol": "mhtml"},
        {"protocol": "websocket_frag"},
        {"protocol": "https+https"},
        {"protocol": None},
        {"url": "file:///etc/passwd"},
        {"url": "data:audio/mp3;base64,AAAA"},
        {"url": None},
    ],
)
def test_nothing_else_is(other: dict[str, Any]) -> None:
    with pytest.raises(SiteError) as caught:
        formats.check(FILE | other)
    assert caught.value.code == "SITE_NOT_SUPPORTED"


@pytest.mark.parametrize(
    ("more", "plain"),
    [
        ({}, True),
        ({"protocol": "m3u8_native"}, False),
        ({"protocol": "http_dash_segments", "fragments": [{"url": "x"}]}, False),
        ({"downloader_options": {"http_chunk_size": 10}}, False),
        ({"request_data": b"x"}, False),
    ],
)
def test_a_plain_file_takes_one_get(more: dict[str, Any], plain: bool) -> None:
    assert formats.is_plain_file(FILE | more) is plain


def test_a_finished_stream_tells_its_length() -> None:
    assert formats.finished_stream(playlist("a", "b", seconds=2.5)) == 5.0
    assert formats.finished_stream(playlist("a", end="", head="#EXT-X-PLAYLIST-TYPE:VOD\n")) == 2.0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (playlist("a", end=""), "NOT_YET_AVAILABLE"),
        (playlist("a", end="", head="#EXT-X-PLAYLIST-TYPE:EVENT\n"), "NOT_YET_AVAILABLE"),
        ("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n", "SITE_NOT_SUPPORTED"),
        ("", "SITE_NOT_SUPPORTED"),
    ],
)
def test_a_stream_that_goes_on_or_has_nothing_does_not(text: str, code: str) -> None:
    with pytest.raises(SiteError) as caught:
        formats.finished_stream(text)
    assert caught.value.code == code


def test_what_is_known_of_a_file() -> None:
    info = FILE | {"duration": 61, "filesize": 1000, "http_headers": {"Referer": "https://site.test/"}}
    found = formats.found(info, "https://site.test/a.mp4", "a=b")
    assert found == Found(
        title="A talk",
        extension="mp4",
        seconds=61.0,
        size=1000,
        address="https://site.test/a.mp4",
        headers={"Referer": "https://site.test/", "Cookie": "a=b"},
    )
    assert wire.answer_in(wire.line_of(found)) == found


def test_a_stream_s_length_is_that_of_its_pieces() -> None:
    pieces = [{"duration": 2}, {"duration": 1.5}, {"duration": None}, "x"]
    assert formats.found(FILE | {"fragments": pieces}, None, None).seconds == 3.5
    assert formats.found(FILE | {"fragments": iter(pieces)}, None, None).seconds is None


@pytest.mark.parametrize("odd", [None, -1, nan, inf, True, "x", [], {}, object()])
def test_odd_values_are_as_if_not_told(odd: Any) -> None:
    told = {"title": odd if odd != "x" else None, "ext": odd if odd != "x" else "../x", "duration": odd}
    found = formats.found(FILE | told | {"filesize": odd, "http_headers": odd}, "https://a.test/", None)
    assert found == Found(None, "media", None, None, address="https://a.test/")
    assert wire.answer_in(wire.line_of(found)) == found


def test_headers_that_are_ours_or_no_headers_are_left_out() -> None:
    given = {
        "User-Agent": "Mozilla/5.0",
        "Host": "inside.test",
        "Range": "bytes=5-",
        "Accept-Encoding": "br",
        "X-Split": "a\r\nX-Injected: b",
        "Bad Name": "x",
        "X-Wide": "für",
    }
    found = formats.found(FILE | {"http_headers": given}, "https://a.test/", None)
    assert found.headers == {"User-Agent": "Mozilla/5.0"}


def test_the_only_player_of_a_page_needs_no_number() -> None:
    assert formats.found(FILE | {"title": "A talk (1)", "extractor": "html5"}, None, None).title == "A talk"
    assert formats.found(FILE | {"title": "Take (1)", "extractor": "site"}, None, None).title == "Take (1)"
