"""The layer that YouTube's media need, at work: deno solves a stand-in's challenge in the reader of pages."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from yt_dlp.extractor.youtube.jsc._builtin import vendor

from chalicelib import vault
from chalicelib.audio import runner
from chalicelib.errors import JobError
from infra import build_javascript_layer as javascript
from tests.audio.conftest import RecordingTask
from tests.audio.media import ffmpeg, music
from tests.conftest import Cloud
from tests.stand_ins.youtube import YouTube
from tests.stand_ins.youtube_videos import Video

ID = "dQw4w9WgXcQ"
SIZE = 96_218_196


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As /opt has it."""
    folder = tmp_path_factory.mktemp("javascript")
    assert javascript.build(folder / "layer.zip") == SIZE
    with zipfile.ZipFile(folder / "layer.zip") as archive:
        assert archive.getinfo("bin/deno").external_attr >> 16 == 0o100755
        archive.extractall(folder)
    (folder / "bin" / "deno").chmod(0o755)
    return folder


@pytest.fixture
def youtube(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[YouTube]:
    ffmpeg(*music(3), "-c:a", "aac", tmp_path / "sound.m4a")
    vault.forget()
    video = Video(media=(tmp_path / "sound.m4a").read_bytes(), seconds=3, challenged=True)
    with YouTube({ID: video}) as running:
        monkeypatch.setenv("BATCHREEL_YOUTUBE_BASE_URL", running.base)
        yield running


def run() -> str:
    request = {"url": f"https://www.youtube.com/watch?v={ID}", "format": "aac"}
    return str(runner.run(request, RecordingTask())["mode"])


def test_it_holds_a_deno_that_runs_and_the_scripts_that_yt_dlp_asks_for(layer: Path) -> None:
    done = subprocess.run([layer / "bin" / "deno", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("deno 2.9.8 ")
    assert javascript.SCRIPTS.requirement == f"yt-dlp-ejs=={vendor.VERSION}"
    assert (layer / "python" / "yt_dlp_ejs" / "yt" / "solver" / "lib.min.js").is_file()
    assert {path.name for path in (layer / "licenses").iterdir()} == {"deno.txt", "yt-dlp-ejs.txt"}


def test_with_it_a_challenge_is_solved(
    youtube: YouTube, layer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATCHREEL_JS_RUNTIME", str(layer / "bin" / "deno"))
    monkeypatch.syspath_prepend(str(layer / "python"))
    assert run() == "copy"


def test_without_it_the_error_says_where_to_look(youtube: YouTube) -> None:
    with pytest.raises(JobError) as caught:
        run()
    assert caught.value.code == "MEDIA_LOCKED"
    assert "/videoplayback" not in youtube.routes()
