"""What of a source comes along with its sound, read back by readers of our own; and what never does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from chalicelib.audio.request import FORMATS
from tests.audio import containers, pictured
from tests.audio import media as truth
from tests.audio.conftest import Audio, RecordingTask
from tests.audio.pictured import CHAPTERS, SECRETS, shown

SOURCES = ("pictured.mp3", "pictured.flac", "pictured.m4a", "pictured.mkv", "pictured.mp4")


@pytest.fixture(scope="module", autouse=True)
def sources(media: Path) -> None:
    pictured.make_pictured(media)


def kept(audio: Audio, source: str, to: str, **request: Any) -> Path:
    outcome = audio.run(f"plain/{source}", to, preserve_metadata=True, **request)
    assert outcome["warnings"] == []
    path = audio.result(outcome)
    assert truth.seconds(path) == pytest.approx(outcome["output"]["duration"], abs=0.1)
    return path


def assert_chapters(found: Sequence[tuple[float, float, str]]) -> None:
    """MP3 begins a little before its sound, and a last chapter ends where the sound does."""
    assert [title for _, _, title in found] == [title for _, _, title in CHAPTERS]
    for (start, end, _), (wanted_start, wanted_end, _) in zip(found, CHAPTERS, strict=True):
        assert start == pytest.approx(wanted_start, abs=0.03)
        assert end == pytest.approx(wanted_end, abs=0.06)


@pytest.mark.parametrize("source", SOURCES)
def test_mp3(audio: Audio, source: str) -> None:
    data = kept(audio, source, "mp3").read_bytes()
    kind, picture = containers.id3_picture(data)
    assert kind == 3
    assert shown(picture).size == (640, 480)
    assert containers.id3_texts(data)["TIT2"] == "Planted title"
    assert containers.id3_texts(data)["TPE1"] == "Planted artist"
    assert_chapters(containers.id3_marks(data))


@pytest.mark.parametrize("source", SOURCES)
def test_flac(audio: Audio, source: str) -> None:
    data = kept(audio, source, "flac").read_bytes()
    kind, picture = containers.flac_picture(data)
    assert (kind, shown(picture).size) == (3, (640, 480))
    comments = dict(text.split("=", 1) for text in containers.flac_comments(data))
    assert comments["title"] == "Planted title"
    for number, (start, _, title) in enumerate(CHAPTERS, start=1):
        zeros, seconds = comments[f"CHAPTER{number:03}"].rsplit(":", 1)
        assert zeros == "00:00"
        assert float(seconds) == pytest.approx(start, abs=0.03)
        assert comments[f"CHAPTER{number:03}NAME"] == title


@pytest.mark.parametrize("to", ["ogg", "opus"])
@pytest.mark.parametrize("source", SOURCES)
def test_ogg(audio: Audio, source: str, to: str) -> None:
    path = kept(audio, source, to)
    assert shown(truth.cover(path)).size == (640, 480)
    assert truth.tags(path)["comment"].startswith("Planted comment\nof two lines")
    assert_chapters(truth.chapters(path))


@pytest.mark.parametrize("to", ["aac", "wav"])
def test_formats_that_hold_tags_only(audio: Audio, to: str) -> None:
    path = kept(audio, "pictured.mp3", to)
    assert truth.tags(path)["title"] == "Planted title"
    assert truth.chapters(path) == []


def test_a_copy_keeps_as_much(audio: Audio, media: Path) -> None:
    cover = ["-attach", str(media / "photo.jpg"), "-metadata:s:t", "mimetype=image/jpeg"]
    truth.ffmpeg("-i", media / "pictured.mp3", "-map", "0:a", "-c", "copy", *cover, media / "copied.mkv")
    copied = {"copied.mkv": "mp3", "pictured.flac": "flac", "pictured.m4a": "aac"}
    results = {}
    for source, to in copied.items():
        outcome = audio.run(f"plain/{source}", to, preserve_metadata=True)
        assert outcome["mode"] == "copy"
        assert truth.packets(audio.result(outcome)) == truth.packets(media / source)
        results[to] = audio.result(outcome).read_bytes()
    assert shown(containers.id3_picture(results["mp3"])[1]).size == (640, 480)
    assert len(containers.id3_marks(results["mp3"])) == 3
    assert shown(containers.flac_picture(results["flac"])[1]).size == (640, 480)
    assert any(text.startswith("CHAPTER003=") for text in containers.flac_comments(results["flac"]))


def test_a_cover_is_no_sound(audio: Audio) -> None:
    """Neither the bit rate counts it nor the limit up to which a copy is taken over."""
    with_cover = audio.run("plain/pictured.mkv", "mp3", preserve_metadata=True, bitrate=64_000)
    without = audio.run("plain/pictured.mkv", "mp3", bitrate=64_000)
    assert with_cover["output"]["size"] > without["output"]["size"] + 10_000
    assert with_cover["output"]["bitrate"] == pytest.approx(without["output"]["bitrate"], rel=0.1)


def test_m4a(audio: Audio) -> None:
    result = kept(audio, "pictured.mp3", "m4a")
    assert shown(truth.cover(result)).size == (640, 480)
    assert_chapters(truth.chapters(result))
    assert truth.seconds(result) == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize(
    ("source", "streamed"), [("tagged.mov", True), ("chaptered.mov", False), ("covered.flac", False)]
)
def test_a_source_is_streamed_if_all_there_is_to_keep_stands_in_front(
    audio: Audio, media: Path, source: str, streamed: bool
) -> None:
    pcm = ["-map", "0", "-c:a", "pcm_s16le", "-movflags", "+faststart"]
    added = {
        "tagged.mov": [*pcm, "-map_chapters", "-1"],
        "chaptered.mov": [*pcm, "-map_chapters", "2"],
        "covered.flac": ["-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic"],
    }
    long = [*truth.music(20), "-i", str(media / "photo.jpg"), "-i", str(media / "chapters.txt")]
    truth.ffmpeg(*long, *added[source], "-metadata", "title=Kept", media / source)
    task = RecordingTask()
    outcome = audio.run(f"plain/{source}", "mp3", task, preserve_metadata=True)
    data = audio.result(outcome).read_bytes()
    assert containers.id3_texts(data)["TIT2"] == "Kept"
    assert len(containers.id3_marks(data)) == (3 if source == "chaptered.mov" else 0)
    assert any(name == "APIC" for name, _ in containers.id3_frames(data)) == (source == "covered.flac")
    spooled = max(value for value, step in task.reports if step == "downloading")
    assert (spooled < 10) == streamed


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("source", SOURCES)
def test_nothing_is_kept_unless_asked_for(audio: Audio, source: str, to: str) -> None:
    data = audio.result(audio.run(f"plain/{source}", to)).read_bytes()
    assert [secret for secret in SECRETS if secret in data or wide(secret) in data] == []
    assert b"JFIF" not in data


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("source", SOURCES)
def test_what_is_never_kept(audio: Audio, source: str, to: str) -> None:
    data = kept(audio, source, to).read_bytes()
    never = SECRETS[4:]
    found = {secret for secret in never if secret in data or wide(secret) in data}
    # FLAC's reader takes a description for a comment
    assert found <= ({b"Planted file"} if source == "pictured.flac" else set())


def wide(text: bytes) -> bytes:
    return text.decode().encode("utf-16-le")
