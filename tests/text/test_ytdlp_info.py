"""yt-dlp's dictionaries in our words, hostile ones too."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest

from chalicelib.text.sources.ytdlp_info import offers, smallest_audio, spoken, video
from chalicelib.text.transcript import Chapter
from chalicelib.text.urls import Target

TARGET = Target("media", "https://example.com/talk")
WEB = "https://example.com/"
ODD: list[Any] = [
    None,
    0,
    -1,
    nan,
    inf,
    True,
    "",
    "x",
    b"x",
    [],
    [None],
    {},
    {"en": None},
    {"en": [{}]},
    {1: [1]},
]


def track(ext: str, **more: Any) -> dict[str, Any]:
    return {"ext": ext, "url": f"{WEB}a.{ext}", **more}


def test_the_best_format_that_can_be_read_is_taken() -> None:
    (offer,) = offers(
        {"subtitles": {"en": [track("ass"), track("ttml"), track("vtt"), track("json3"), track("srt")]}},
        youtube=True,
    )
    assert (offer.format, offer.url) == ("json3", f"{WEB}a.json3")


@pytest.mark.parametrize(
    "row",
    [
        track("ass"),
        track("vtt", protocol="m3u8_native"),
        track("vtt", fragments=[{"url": WEB}]),
        {"ext": "vtt", "url": f"{WEB}list.m3u8"},
        {"ext": "vtt", "url": "file:///etc/passwd"},
        {"ext": "vtt", "url": "http://["} | {"protocol": "rtmp"},
        {"ext": "vtt"},
        {"url": WEB},
    ],
)
def test_what_cannot_be_read_in_one_piece_is_no_offer(row: dict[str, Any]) -> None:
    assert offers({"subtitles": {"en": [row]}}, youtube=True) == ()


def test_captions_within_the_page_need_no_address() -> None:
    (offer,) = offers({"subtitles": {"en": [{"ext": "srt", "data": "1\n"}]}}, youtube=True)
    assert (offer.data, offer.url) == ("1\n", None)


def test_half_a_character_within_captions_or_codes_can_be_stored() -> None:
    rows = [{"ext": "srt", "data": "1\n00:00:01,000 --> 00:00:02,000\nHi \ud83d\n"}]
    (offer,) = offers({"subtitles": {"en\ud83d": rows}}, youtube=True)
    assert offer.data is not None
    assert offer.data.encode().endswith(b"Hi ?\n")
    assert offer.track.name.encode() == b"en"


def test_people_s_tracks_come_first_and_a_machine_s_is_named_once() -> None:
    heard = [track("vtt", name="English (Original)")]
    info = {
        "automatic_captions": {
            "en-orig": heard,
            "en": heard,
            "de": [track("vtt", url=f"{WEB}?lang=en&tlang=de")],
        },
        "subtitles": {"live_chat": [track("json3")], "de": [track("vtt")]},
    }
    found = [(o.language, o.is_generated, o.translated_from, o.name) for o in offers(info, youtube=True)]
    assert found == [
        ("de", False, None, None),
        ("en", True, None, "English"),
        ("de", True, "en", None),
    ]


def test_the_smallest_file_with_sound_alone_is_taken() -> None:
    formats = [
        {"url": f"{WEB}film.mp4", "acodec": "aac", "vcodec": "avc1", "tbr": 10},
        {"url": f"{WEB}loud.m4a", "acodec": "aac", "vcodec": "none", "tbr": 128},
        {"url": f"{WEB}quiet.m4a", "acodec": "aac", "vcodec": "none", "tbr": 48},
        {"url": f"{WEB}list.m3u8", "acodec": "aac", "vcodec": "none", "protocol": "m3u8_native", "tbr": 1},
        {"url": f"{WEB}mute.mp4", "acodec": "none", "vcodec": "avc1", "tbr": 1},
        {"url": f"{WEB}locked.m4a", "acodec": "aac", "vcodec": "none", "has_drm": True, "tbr": 1},
    ]
    assert smallest_audio({"formats": formats}) == f"{WEB}quiet.m4a"
    assert smallest_audio({"formats": formats[:1]}) == f"{WEB}film.mp4"
    assert smallest_audio({"formats": formats[3:]}) is None
    assert smallest_audio({"url": f"{WEB}only.mp3"}) == f"{WEB}only.mp3"


def test_chapters_without_a_name_are_left_out() -> None:
    rows = [
        {"start_time": 0, "title": "<Untitled Chapter 1>"},
        {"start_time": 9.5, "title": " Two "},
        {"title": "x"},
    ]
    assert video({"chapters": rows}, TARGET).chapters == (Chapter(9.5, "Two"),)


@pytest.mark.parametrize("value", ODD)
def test_nothing_that_a_site_says_breaks_us(value: Any) -> None:
    names = ("subtitles", "automatic_captions", "formats", "chapters", "thumbnails", "title", "channel", "id")
    info = dict.fromkeys((*names, "duration", "language", "thumbnail", "url", "http_headers"), value)
    assert offers(info, youtube=True) == ()
    assert smallest_audio(info) is None
    assert spoken(info) in (None, "x")
    seen = video(info, TARGET)
    assert (seen.url, seen.thumbnail, seen.chapters) == (TARGET.url, None, ())
    assert seen.title in (None, "x")
    assert seen.duration is None


def test_half_a_character_of_a_site_can_be_stored() -> None:
    made = video({"title": "A \ud83d\ntitle", "channel": "\udc00Ann"}, TARGET)
    assert (made.title, made.author) == ("A title", "Ann")
