"""A source's tags may say anything, as much as they like: they are no messages of ffmpeg."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audio import media as truth
from tests.audio.conftest import Audio
from tests.audio.media import ffmpeg, music

PICTURE = ("-f", "lavfi", "-i", "color=s=64x36:r=5:d=12")
LATE = (*PICTURE, "-itsoffset", "3", *music(9), "-map", "0", "-map", "1")
VIDEO = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
FALSE_ALARMS = "The Truncated Story [error] Channel change is not supported"


@pytest.mark.parametrize("to", ["wav", "mp3"])
def test_late_sound_is_late_below_a_long_description(audio: Audio, media: Path, to: str) -> None:
    lines = "\n".join(f"line {number} of what the video is about" for number in range(90))
    ffmpeg(*LATE, *VIDEO, "-metadata", f"description={lines}", media / "described.mkv")
    path = audio.result(audio.run("plain/described.mkv", to))
    assert truth.seconds(path) == pytest.approx(12, abs=0.1)
    assert truth.first_sound(path) == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize("normalize", [True, False])
def test_a_title_like_a_message_of_ffmpeg_is_none(audio: Audio, media: Path, normalize: bool) -> None:
    """The sound ends before the picture, which is damage only if ffmpeg says so."""
    ffmpeg(*PICTURE, *music(5), *VIDEO, "-metadata", f"title={FALSE_ALARMS}", media / "alarms.mkv")
    outcome = audio.run("plain/alarms.mkv", "mp3", normalize=normalize)
    assert outcome["warnings"] == ["audio_shorter_than_container"]


def test_a_copy_is_not_given_up_for_its_comment(audio: Audio, media: Path) -> None:
    comment = "\n".join(f"x [error] {number}" for number in range(6))
    ffmpeg(*music(5), "-c:a", "aac", "-metadata", f"comment={comment}", media / "commented.m4a")
    assert audio.run("plain/commented.m4a", "m4a", preserve_metadata=True)["mode"] == "copy"
