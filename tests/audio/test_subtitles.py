"""Subtitle tracks out of real files, against what was put in."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from chalicelib.audio import ffmpeg, tracks, workspace
from chalicelib.audio.speech import speech_track
from chalicelib.audio.subtitles import Found, subtitles
from chalicelib.audio.tracks import SubtitleStream
from chalicelib.errors import JobError
from tests.audio import media as truth
from tests.audio import subtitled
from tests.audio.conftest import RecordingTask
from tests.stand_ins.web import WebServer

Read = Callable[..., Found]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    folder = tmp_path_factory.mktemp("subtitled")
    subtitled.make_subtitled(folder)
    (folder / "page.mp4").write_bytes(b"<!DOCTYPE html><html><body>Not found</body></html>")
    (folder / "noise.mp4").write_bytes(bytes(range(1, 256)) * 2000)
    (folder / "half.mkv").write_bytes((folder / "long.mkv").read_bytes()[:600])
    with WebServer(folder) as server:
        yield server


@pytest.fixture
def read(environment: pytest.MonkeyPatch, shelf: WebServer, tmp_path: Path) -> Iterator[Read]:
    """Also checks that nothing is left behind."""
    environment.setattr(tempfile, "tempdir", str(tmp_path))

    def run(path: str, choose: Callable[..., SubtitleStream | None] = first, way: str = "plain") -> Found:
        return subtitles(shelf.url(f"{way}/{path}"), RecordingTask(), choose)

    yield run
    assert not list(tmp_path.glob(workspace.PREFIX + "*"))


def first(streams: Sequence[SubtitleStream]) -> SubtitleStream | None:
    return next((stream for stream in streams if stream.is_text), None)


def texts(found: Found) -> str:
    return found.data.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("name", ["first.mp4", "last.mp4", "long.mkv", "long-first.mov", "long-last.mov"])
def test_text_and_times_are_those_put_in(read: Read, name: str) -> None:
    assert texts(read(name)).strip() == subtitled.srt(subtitled.ENGLISH).strip()


@pytest.mark.parametrize("way", ["no-range", "chunked"])
def test_every_way_of_serving(read: Read, way: str) -> None:
    assert texts(read("long.mkv", way=way)).strip() == subtitled.srt(subtitled.ENGLISH).strip()


def test_tracks_of_a_file_are_told_apart(read: Read) -> None:
    found = read("three.mkv", lambda streams: streams[1])
    german, english, forced = found.contents.subtitles
    assert (german.language, german.default, german.forced) == ("ger", True, False)
    assert (english.language, english.title, english.default) == ("eng", "English: full", False)
    assert (forced.language, forced.title, forced.forced) == ("eng", None, True)
    assert "A lamp" in texts(found)
    assert "Lampe" in texts(read("three.mkv", lambda streams: streams[0]))


def test_speakers_in_webvtt_stay(read: Read) -> None:
    found = read("voices.webm")
    assert found.format == "vtt"
    assert "<v Ann>Good evening." in texts(found)
    assert found.contents.subtitles[0].codec == "webvtt"


def test_styled_subtitles_become_srt(read: Read) -> None:
    found = read("styled.mkv")
    assert found.format == "srt"
    assert "00:00:00,500 --> 00:00:01,500" in texts(found)
    assert "Good evening & welcome." in texts(found)


def test_subtitles_of_pictures_are_no_text(read: Read) -> None:
    found = read("pictures.mkv")
    (stream,) = found.contents.subtitles
    assert (stream.codec, stream.is_text) == ("hdmv_pgs_subtitle", False)
    assert found.chosen is None
    assert found.data == b""


def test_tags_chapters_and_duration(read: Read) -> None:
    contents = read("last.mp4").contents
    assert (contents.tags["title"], contents.tags["artist"]) == ("On lamps", "A keeper")
    assert contents.chapters == ((0.0, "Oil"), (1.5, "Light"))
    assert contents.duration == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize("name", ["long-none.mkv", "long.wav"])
def test_where_the_start_shows_that_there_are_none_the_rest_is_not_fetched(read: Read, name: str) -> None:
    """The second half never comes."""
    found = read(name, way="gated")
    assert found.contents.subtitles == ()
    assert found.chosen is None


def test_no_subtitles(read: Read) -> None:
    assert read("none.mp4").contents.subtitles == ()


@pytest.mark.parametrize("name", ["page.mp4", "noise.mp4", "half.mkv"])
def test_what_is_no_media(read: Read, name: str) -> None:
    with pytest.raises(JobError) as error:
        read(name)
    assert error.value.code == "INVALID_VIDEO"


def test_a_source_that_breaks_off(read: Read) -> None:
    with pytest.raises(JobError) as error:
        read("long.mkv", way="truncated")
    assert (error.value.code, error.value.retryable) == ("DOWNLOAD_FAILED", True)


def test_titles_of_chapters_are_not_taken_for_the_title_or_for_streams() -> None:
    text = """Input #0, matroska,webm, from 'x':
  Metadata:
    artist          : A keeper
  Duration: 00:00:03.02, start: 0.000000, bitrate: 149 kb/s
  Chapters:
    Chapter #0:0: start 0.000000, end 1.500000
      Metadata:
        title           : Not the film
    Chapter #0:1: start 1.500000, end 3.000000
      Metadata:
        title           : Stream #0:9: Subtitle: subrip
  Stream #0:0: Video: h264
    Metadata:
      title           : Not the film either
  Stream #0:1[0x2](pt-BR): Subtitle: subrip (srt) (default) (forced)
"""
    contents = tracks.parse(text, partial=False)
    assert contents.tags == {"artist": "A keeper"}
    assert contents.chapters[1] == (1.5, "Stream #0:9: Subtitle: subrip")
    assert [(s.index, s.language, s.title, s.forced) for s in contents.subtitles] == [
        (1, "pt-BR", None, True)
    ]


def test_audio_jobs_know_nothing_of_subtitles() -> None:
    """A decoder that a job has no use for is one that a stranger's file should not reach."""
    decoders = ffmpeg.INPUT_FENCE[ffmpeg.INPUT_FENCE.index("-codec_whitelist") + 1].split(",")
    assert not tracks.TEXT_CODECS & set(decoders)


def test_a_speech_track_is_mono_at_16_khz(
    environment: pytest.MonkeyPatch, shelf: WebServer, tmp_path: Path
) -> None:
    told: list[float] = []
    url = shelf.url("plain/long-last.mov")
    with speech_track(url, RecordingTask(), told.append) as track:
        assert truth.seconds(track.path) == pytest.approx(12, abs=0.05)
        assert "16000 Hz, mono" in truth.ffmpeg("-i", track.path, "-f", "null", "-")
        assert track.seconds == pytest.approx(12, abs=0.05)
        path = track.path
    assert not path.exists()
    assert told == pytest.approx([12, 12], abs=0.1)


def test_a_speech_track_is_not_made_of_what_the_check_refuses(
    environment: pytest.MonkeyPatch, shelf: WebServer
) -> None:
    def refuse(seconds: float) -> None:
        raise JobError("TOO_LONG", f"{seconds:.0f}")

    task = RecordingTask()
    with pytest.raises(JobError) as error, speech_track(shelf.url("plain/long.mkv"), task, refuse):
        pytest.fail("made all the same")
    assert (error.value.code, error.value.message) == ("TOO_LONG", "12")
    assert "extracting" not in task.steps()
