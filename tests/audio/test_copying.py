"""Copies made while the source arrives, and what becomes of those that are no good."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audio import media as truth
from tests.audio.conftest import Audio
from tests.audio.media import ffmpeg, music

WIDE = ("-f", "lavfi", "-i", "nullsrc=s=640x360:r=10:d=10,geq=random(1)*255:128:128")
_ENCODED = ("-c:v", "libx264", "-preset", "ultrafast", "-b:v", "4M", "-c:a", "aac", "-b:a", "128k")


def _source(path: Path, *sound: str) -> None:
    """More than the head that is looked at, with the index in front."""
    ffmpeg(*WIDE, *music(10), *sound, *_ENCODED, "-movflags", "+faststart", path)
    assert path.stat().st_size > 2 << 20


@pytest.mark.parametrize("to", ["aac", "m4a"])
def test_a_copy_is_made_while_the_source_arrives(audio: Audio, media: Path, to: str) -> None:
    _source(media / "wide.mp4")
    before = len(audio.web.log)
    outcome = audio.run("plain/wide.mp4", to)
    assert outcome["mode"] == "copy"
    assert outcome["warnings"] == []
    path = audio.result(outcome)
    assert truth.seconds(path) == pytest.approx(10, abs=0.1)
    assert outcome["output"]["duration"] == pytest.approx(10, abs=0.1)
    assert len(audio.web.log) == before + 1


def test_a_copy_with_a_gap_is_given_up_and_the_source_fetched_again(audio: Audio, media: Path) -> None:
    _source(media / "wide-gap.mp4", "-af", "aselect='lt(t,3)+gt(t,6)'")
    before = len(audio.web.log)
    outcome = audio.run("plain/wide-gap.mp4", "m4a")
    path = audio.result(outcome)
    assert (outcome["mode"], outcome["warnings"]) == ("transcode", [])
    assert truth.seconds(path) == pytest.approx(10, abs=0.1)
    assert len(audio.web.log) == before + 2


@pytest.mark.parametrize(("to", "mode"), [("aac", "copy"), ("mp3", "transcode")])
def test_what_comes_in_fragments_is_as_long_as_all_of_it(
    audio: Audio, media: Path, to: str, mode: str
) -> None:
    fragments = ["-movflags", "+frag_keyframe", "-g", "10"]
    ffmpeg(*WIDE, *music(10), *_ENCODED, *fragments, media / "fragments.mp4")
    outcome = audio.run("plain/fragments.mp4", to)
    assert outcome["mode"] == mode
    assert outcome["input"]["duration"] == pytest.approx(10, abs=0.1)
    assert truth.seconds(audio.result(outcome)) == pytest.approx(10, abs=0.1)
