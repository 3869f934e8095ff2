from __future__ import annotations

import subprocess
import sys

import pytest
from yt_dlp.extractor.youtube import YoutubeIE

from chalicelib.text.urls import MAX_URL, Target, parse, thumbnails

ID = "dQw4w9WgXcQ"
LIST = "PLBF2482D4E7B3C1A1"
VIDEO = Target("video", f"https://www.youtube.com/watch?v={ID}", ID)
OF_LIST = Target("video", f"https://www.youtube.com/watch?v={ID}", ID, LIST)
PLAYLIST = Target("playlist", f"https://www.youtube.com/playlist?list={LIST}", list_id=LIST)

MIRRORS = {
    # yt-dlp knows these sites as YouTube under another name; here they are pages of another site
    "https://vid.plus/FlRa-iH7PGw",
    "https://zwearz.com/watch/9lWxNJF-ufM/electra-woman-dyna-girl-official-trailer-grace-helbig.html",
    "https://invidio.us/watch?v=YE7VzlLtp-4",
    "https://redirect.invidious.io/watch?v=YE7VzlLtp-4",
    "https://redirect.invidious.io/Yh0AhrY9GjA",
}


def oracle() -> list[str]:
    tests = [*YoutubeIE._TESTS, *getattr(YoutubeIE, "_WEBPAGE_TESTS", [])]
    return [test["url"] for test in tests if YoutubeIE.suitable(test["url"])]


@pytest.mark.parametrize("url", oracle())
def test_a_video_is_the_one_that_yt_dlp_sees(url: str) -> None:
    found = parse(url)
    if url in MIRRORS:
        assert found == Target("media", url)
    else:
        assert found.kind == "video"
        assert found.video_id == YoutubeIE.extract_id(url)
        assert found.url == f"https://www.youtube.com/watch?v={found.video_id}"


def test_the_oracle_has_its_mirrors_and_many_more() -> None:
    assert set(oracle()) >= MIRRORS
    assert len(set(oracle())) > 50


@pytest.mark.parametrize(
    "url",
    [
        ID,
        f"  {ID}\n",
        f"<https://youtu.be/{ID}>",
        f'"https://youtu.be/{ID}"',
        f"' <https://youtu.be/{ID}> '",
        f"https://www.youtube.com/watch?v={ID}",
        f"HTTPS://WWW.YOUTUBE.COM/watch?v={ID}",
        f"http://youtube.com./watch?v={ID}",
        f"www.youtube.com/watch?v={ID}",
        f"youtu.be/{ID}",
        f"//m.youtube.com/watch?v={ID}",
        f"https://youtu.be/{ID}?si=abc&t=90",
        f"https://youtu.be/{ID}&feature=share",
        f"https://www.youtube.com/watch?feature=shared&v={ID}&t=1m30s",
        f"https://www.youtube.com/watch?app=desktop&amp;v={ID}",
        f"https://www.youtube.com/watch?app=desktop&amp;amp;v={ID}",
        f"https://www.youtube.com/shorts/{ID}?feature=share",
        f"https://www.youtube.com/live/{ID}",
        f"https://www.youtube.com/embed/{ID}?start=5",
        f"https://www.youtube-nocookie.com/embed/{ID}",
        f"https://www.youtube.com/v/{ID}&hl=en",
        f"https://www.youtube.com/e/{ID}",
        f"https://www.youtube.com/watch/{ID}",
        f"https://www.youtube.com/watch_popup?v={ID}",
        f"https://music.youtube.com/watch?v={ID}",
        f"https://gaming.youtube.com/watch?v={ID}",
        f"https://www.youtubekids.com/watch?v={ID}",
        f"https://www.youtube.com/#!/watch?v={ID}",
        f"https://www.youtube.com/#/watch?v={ID}",
        f"https://www.youtube.com/{ID}",
        f"https://www.youtube.com/attribution_link?a=x&u=%2Fwatch%3Fv%3D{ID}%26feature%3Dshare",
        f"https://www.youtube.com/oembed?url=https%3A//www.youtube.com/watch%3Fv%3D{ID}&format=json",
        f"https://www.youtube.com/redirect?q=https%3A%2F%2Fyoutu.be%2F{ID}&event=comments",
        f"https://www.youtube.com/watch?v={ID}&list=WL",
        f"https://www.youtube.com/watch?vi={ID}",
        f"https://www.youtube.com/watch%3Fv%3D{ID}",
        f"https://www.youtube.com/watch%3Fv={ID}%26feature=share",
        f"https://www.youtube.com/signin?next=/watch%3Fv%3D{ID}%26t%3D5&feature=x",
        f"https://www.youtube.com/signin?next=/watch?v={ID}",
        f"https://www.youtube.com/verify_age?next_url=/watch%3Fv%3D{ID}",
        f"https://www.youtube.com/verify_controversy?next_url=%2Fwatch%3Fv%3D{ID}",
        f"https://www.youtube.com/supported_browsers?next_url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3D{ID}",
        f"https://consent.youtube.com/m?continue=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3D{ID}%26x%3D1&gl=DE",
        f"https://www.youtube.com/get_video_info?video_id={ID}&el=detailpage",
        f"https://studio.youtube.com/video/{ID}/edit",
        f"https://www.youtube.com/tv#/watch/video/control?v={ID}&resume",
        f"https://www.youtube.com/tv#/watch?v={ID}",
        f"https://www.youtube.com/user/Somebody#p/u/1/{ID}",
        f"https://www.youtube.com/Somebody#p/a/u/0/{ID}",
        f"https://youtube.googleapis.com/v/{ID}&hl=en",
    ],
)
def test_every_form_of_a_video_has_one_url(url: str) -> None:
    assert parse(url) == VIDEO


@pytest.mark.parametrize(
    "url", [f"https://www.youtube.com/watch?v={ID}&list={LIST}&index=2", f"https://youtu.be/{ID}?list={LIST}"]
)
def test_a_video_of_a_list_is_that_video_and_remembers_the_list(url: str) -> None:
    assert parse(url) == OF_LIST


@pytest.mark.parametrize(
    "url",
    [
        LIST,
        f"https://www.youtube.com/playlist?list={LIST}",
        f"https://m.youtube.com/playlist?list={LIST}&si=x",
        f"https://music.youtube.com/playlist?list={LIST}",
        f"https://www.youtube.com/watch?list={LIST}",
        f"https://www.youtube.com/embed/videoseries?list={LIST}",
        f"https://music.youtube.com/browse/VL{LIST}",
        f"https://www.youtube.com/signin?next=%2Fplaylist%3Flist%3D{LIST}",
    ],
)
def test_every_form_of_a_playlist_has_one_url(url: str) -> None:
    assert parse(url) == PLAYLIST


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://www.youtube.com/@Some.Name-1", "@Some.Name-1"),
        ("https://youtube.com/@name/videos?view=0", "@name"),
        ("https://youtube.com/@日本", "@%E6%97%A5%E6%9C%AC"),
        ("https://youtube.com/@%E6%97%A5%E6%9C%AC", "@%E6%97%A5%E6%9C%AC"),
        ("https://www.youtube.com/channel/UC0123456789abcdefghijkl/live", "channel/UC0123456789abcdefghijkl"),
        ("https://www.youtube.com/c/Name/about", "c/Name"),
        ("https://www.youtube.com/user/name", "user/name"),
        ("https://www.youtube.com/Name", "c/Name"),
        ("https://m.youtube.com/Name?app=desktop", "c/Name"),
        ("https://www.youtube.com/user/name#p/u", "user/name"),
        ("https://studio.youtube.com/channel/UCabc/videos", "channel/UCabc"),
        ("https://music.youtube.com/browse/UCabc", "channel/UCabc"),
        ("https://www.youtube.com/embed/live_stream?channel=UCabc", "channel/UCabc"),
    ],
)
def test_a_channel_has_one_url_whatever_tab_is_open(url: str, path: str) -> None:
    assert parse(url) == Target("channel", f"https://www.youtube.com/{path}")


@pytest.mark.parametrize(
    "url",
    [
        "https://vimeo.com/76979871",
        "https://example.com/a/b.mp4?x=1&amp;y=2#t=5",
        "http://example.com:8080/v.mkv",
        "https://example.com/a.mp4?a='b'",
        "https://example.com/a.mp4?y=<a>",
        'https://example.com/a.mp4?title="x"',
        f"https://youtube.com.evil.test/watch?v={ID}",
        f"https://notyoutube.com/watch?v={ID}",
        f"https://youtube.com@evil.test/watch?v={ID}",
        f"https://evil.test/youtube.com/watch?v={ID}",
        f"https://youtube.googleapis.com.evil.test/v/{ID}",
        f"https://storage.googleapis.com/v/{ID}",
        f"https://evil.test/?u=https://www.youtube.com/watch?v={ID}",
    ],
)
def test_any_other_address_is_left_as_it_is(url: str) -> None:
    assert parse(url) == Target("media", url)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "hello",
        "two words",
        "example.com/v.mp4",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://example.com/a.mp4",
        "https://",
        "https:///path",
        "https://[::1",
        "https://example.com/a b",
        "https://example.com/\x00",
        "https://www.youtube.com/",
        "https://www.youtube.com/watch",
        "https://www.youtube.com/watch?v=short",
        f"https://www.youtube.com/watch?v={ID}longer",
        "https://www.youtube.com/results?search_query=x",
        "https://www.youtube.com/feed/subscriptions",
        "https://www.youtube.com/redirect",
        "https://www.youtube.com/playlist?list=../../x",
        "https://www.youtube.com/channel/",
        "https://youtu.be/",
        "https://www.youtube.com/embed/live_stream",
        "https://consent.youtube.com/m?gl=DE",
        "https://www.youtube.com/verify_age",
        "https://www.youtube.com/get_video_info",
        "https://www.youtube.com/tv#/",
        "https://music.youtube.com/explore",
        "https://music.youtube.com/browse/MPREb_0123456789",
        "https://studio.youtube.com/",
        "https://youtube.googleapis.com/youtube/v3/videos?id=x",
        "https://www.youtube.com/trending",
        "https://www.youtube.com/signin?next=%2F",
    ],
)
def test_what_names_nothing_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(ValueError, match=r"^`url` .*: (give|open) "):
        parse(text)


def test_a_clip_is_refused_because_it_does_not_name_its_video() -> None:
    with pytest.raises(ValueError, match="is a clip"):
        parse("https://www.youtube.com/clip/UgkxU2HSeGL_NvmDJ-nQJrlLwllwMDBdGZFs")


def test_a_list_that_only_its_owner_sees_is_refused() -> None:
    with pytest.raises(ValueError, match="only its owner"):
        parse("https://www.youtube.com/playlist?list=WL")


def test_a_url_may_have_so_many_characters_and_not_one_more() -> None:
    url = "https://example.com/".ljust(MAX_URL, "x")
    assert parse(url).url == url
    with pytest.raises(ValueError, match="longer than 2048"):
        parse(url + "x")


def test_redirects_within_redirects_come_to_an_end() -> None:
    for around in ("https://www.youtube.com/redirect?q=", "https://youtu.be/?next="):
        assert parse(around * 30 + f"https://youtu.be/{ID}").kind == "video"


def test_thumbnails_have_their_url_and_size() -> None:
    known = thumbnails(ID)
    assert list(known) == ["default", "medium", "high", "standard", "maxres"]
    assert known["high"] == {
        "url": f"https://i.ytimg.com/vi/{ID}/hqdefault.jpg",
        "width": 480,
        "height": 360,
    }


def test_reading_urls_loads_nothing_heavy() -> None:
    program = "import sys, chalicelib.text.urls; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & {"requests", "yt_dlp", "boto3", "pydantic", "youtube_transcript_api"}
