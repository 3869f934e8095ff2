"""YouTube's videos as audio jobs: real yt-dlp in its child process, against a stand-in for YouTube."""

from __future__ import annotations

import json
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib import aws, vault
from chalicelib.audio import runner
from chalicelib.errors import JobError
from chalicelib.settings import settings
from tests.audio.conftest import RecordingTask
from tests.audio.media import ffmpeg, music, seconds
from tests.audio.processes import child_readers
from tests.conftest import Cloud
from tests.stand_ins import youtube_videos as shown
from tests.stand_ins.tls_proxy import TlsProxy
from tests.stand_ins.youtube import Site, YouTube
from tests.stand_ins.youtube_lists import Lists, Playlist, entries
from tests.stand_ins.youtube_videos import Video, failing

ID = "dQw4w9WgXcQ"
URL = f"https://www.youtube.com/watch?v={ID}"
COOKIES = "# Netscape HTTP Cookie File\n" + "\n".join(
    f"{domain}\tTRUE\t/\tTRUE\t0\t{name}\tvalue"
    for domain, name in ((".youtube.com", "LOGIN_INFO"), (".other.test", "OTHER"))
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sound") / "sound.m4a"
    ffmpeg(*music(3), "-c:a", "aac", "-movflags", "+faststart", path)
    return path.read_bytes()


@pytest.fixture(autouse=True)
def _clean(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("BATCHREEL_YOUTUBE_PROXY", raising=False)
    vault.forget()
    yield
    vault.forget()
    assert not child_readers()


@pytest.fixture
def youtube(monkeypatch: pytest.MonkeyPatch) -> Iterator[YouTube]:
    with YouTube() as running:
        monkeypatch.setenv("BATCHREEL_YOUTUBE_BASE_URL", running.base)
        yield running


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[TlsProxy]:
    """Before a YouTube of its own, under TLS; there is no other way there."""
    with TlsProxy(Site()) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.ca))
        monkeypatch.setenv("BATCHREEL_YOUTUBE_PROXY", running.address("somebody", "secret"))
        yield running


def run(url: str = URL, to: str = "aac") -> dict[str, Any]:
    return runner.run({"url": url, "format": to}, RecordingTask())


def failure(url: str = URL) -> JobError:
    with pytest.raises(JobError) as caught:
        run(url)
    assert caught.value.message.endswith(".")
    return caught.value


def clients(calls: list[Any]) -> set[str]:
    asked = [json.loads(call.body) for call in calls if call.route == "/youtubei/v1/player"]
    return {str(each["context"]["client"]["clientName"]) for each in asked}


@pytest.mark.parametrize(
    "url",
    [URL, f"https://youtu.be/{ID}?t=5", f"https://youtube.com/shorts/{ID}", f"{URL}&list=PL{'x' * 32}"],
)
def test_a_video_s_sound(youtube: YouTube, sound: bytes, tmp_path: Path, url: str) -> None:
    youtube.videos[ID] = Video(media=sound, seconds=3, title="A talk")
    outcome = run(url)
    assert outcome["input"]["name"] == "A talk.m4a"
    assert outcome["mode"] == "copy"
    path = tmp_path / "result.aac"
    aws.s3().download_file(settings().bucket, outcome["output"]["key"], str(path))
    assert seconds(path) == pytest.approx(3, abs=0.1)
    assert {call.route for call in youtube.log} == {"/watch", "/youtubei/v1/player", "/videoplayback"}


def test_its_sound_is_asked_for_in_pieces(youtube: YouTube, sound: bytes) -> None:
    """YouTube throttles what is not."""
    youtube.videos[ID] = Video(media=sound + b"\0" * (11 << 20), seconds=3)
    run()
    ranges = [call.headers["range"] for call in youtube.log if call.route == "/videoplayback"]
    assert len(ranges) == 2
    assert ranges[0].startswith("bytes=0-")


@pytest.mark.parametrize(
    ("video", "code", "retryable"),
    [
        (shown.BLOCKED, "YOUTUBE_BLOCKED", True),
        (shown.UNAVAILABLE, "VIDEO_UNAVAILABLE", False),
        (shown.AGE, "AGE_RESTRICTED", False),
        (shown.PRIVATE, "VIDEO_PRIVATE", False),
        (shown.MEMBERS, "MEMBERS_ONLY", False),
        (shown.GEO, "GEO_BLOCKED", False),
        (shown.UPCOMING, "NOT_YET_AVAILABLE", True),
        (Video(live=True, media=b"x"), "NOT_YET_AVAILABLE", True),
        (Video(status="UNPLAYABLE", reason="The moon is wrong"), "VIDEO_UNPLAYABLE", False),
        (Video(), "MEDIA_LOCKED", False),
        (Video(media=b"x", challenged=True), "MEDIA_LOCKED", False),
        (Video(media=b"x", always={"media": failing(403)}), "YOUTUBE_BLOCKED", True),
        (Video(media=b"x", always={"media": failing(500)}), "YOUTUBE_UNREACHABLE", True),
        (Video(always={"player": failing(429)}), "YOUTUBE_BLOCKED", True),
    ],
)
def test_each_cause_has_its_code(youtube: YouTube, video: Video, code: str, retryable: bool) -> None:
    youtube.videos[ID] = video
    error = failure()
    assert (error.code, error.retryable) == (code, retryable)
    assert "captions" not in error.message


def test_a_playlist_is_no_video(youtube: YouTube) -> None:
    name = "PL" + "x" * 32
    youtube.site.lists = Lists({name: Playlist(entries(5))}, {})
    error = failure(f"https://www.youtube.com/playlist?list={name}")
    assert (error.code, error.retryable) == ("SEVERAL_VIDEOS", False)
    assert "/youtubei/v1/player" not in youtube.routes()


def test_a_block_is_remembered(youtube: YouTube, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_BREAKER_FAILURES", "1")
    youtube.videos[ID] = shown.BLOCKED
    assert failure().code == "YOUTUBE_BLOCKED"
    youtube.log.clear()
    assert failure().code == "YOUTUBE_BLOCKED"
    assert youtube.log == []


def test_the_operator_s_cookies_are_youtube_s_alone(youtube: YouTube, sound: bytes) -> None:
    vault.store("youtube-cookies", COOKIES)
    youtube.videos[ID] = Video(media=sound, seconds=3)
    run()
    sent = {call.headers.get("cookie", "") for call in youtube.log}
    assert all("LOGIN_INFO=value" in each for each in sent)
    assert not any("OTHER" in each for each in sent)


@pytest.mark.parametrize("text", ["hunter2", "# Netscape HTTP Cookie File\n", '[{"name": "hunter2"}]'])
def test_cookies_that_are_none_say_so_and_stay_unsaid(youtube: YouTube, text: str) -> None:
    vault.store("youtube-cookies", text)
    error = failure()
    assert (error.code, error.retryable) == ("COOKIES_INVALID", False)
    assert "hunter2" not in f"{error.message} {error.details}"
    assert youtube.log == []


def test_the_operator_s_proxy_carries_page_and_sound(proxy: TlsProxy, sound: bytes) -> None:
    """Unmodified yt-dlp, with TLS, over CONNECT."""
    proxy.site.videos[ID] = Video(media=sound, seconds=3)
    assert run()["mode"] == "copy"
    assert set(proxy.connects) == {("www.youtube.com:443", "somebody:secret")}
    assert proxy.site.routes()[-1] == "/videoplayback"


def test_a_block_is_tried_again_from_the_proxy_s_next_address(proxy: TlsProxy, sound: bytes) -> None:
    blocked = shown.json_page(shown.player_answer(ID, shown.BLOCKED))
    proxy.site.videos[ID] = Video(media=sound, seconds=3, first={"player": (blocked,)})
    assert run()["mode"] == "copy"


def test_a_proxy_that_refuses_has_failed_and_its_password_stays_unsaid(proxy: TlsProxy) -> None:
    proxy.refuse = 407
    error = failure()
    assert error.code == "PROXY_FAILED"
    assert "secret" not in f"{error.message} {error.details}"


def test_more_than_the_operator_takes(proxy: TlsProxy, sound: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_SOURCE_MAX_BYTES", str(len(sound) - 1))
    proxy.site.videos[ID] = Video(media=sound, seconds=3)
    assert failure().code == "TOO_LARGE"
    assert "/videoplayback" not in proxy.site.routes()


def test_a_javascript_runtime_is_told_to_yt_dlp(
    youtube: YouTube, sound: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one it asks as the players do that need it."""
    youtube.videos[ID] = Video(media=sound, seconds=3)
    run()
    assert clients(youtube.log) == {"VISIONOS"}
    deno = tmp_path / "deno"
    deno.write_text("#!/bin/sh\necho deno 2.9.8\n")
    deno.chmod(deno.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("BATCHREEL_JS_RUNTIME", str(deno))
    settings.cache_clear()
    run()
    assert {"WEB", "TVHTML5"} & clients(youtube.log)
